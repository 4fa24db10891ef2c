"""Components whose version rises."""

from lxml import etree

from dtserve.package.upgrade.components import upgrade_component

LOOKUP = (
    '<component refId="r" componentClassID="{0FB4AABB-C027-4440-809A-1198049BF117}" name="Find" version="4"><properties><property name="CacheType">0</property></properties>'
    '<outputs><output refId="r.Outputs[Lookup Output]" name="Lookup Output" synchronousInputId="r.Inputs[I]"/><output refId="r.Outputs[E]" name="E" isErrorOut="true"/></outputs></component>'
)  # fmt: skip


def test_the_lookup_of_2005_gets_what_that_of_2008_has() -> None:
    component = etree.fromstring(LOOKUP)
    changes = upgrade_component(component)
    assert component.get("componentClassID") == "Microsoft.Lookup"
    assert component.get("version") == "6"
    assert {p.get("name"): p.text for p in component.find("properties")} == {
        "CacheType": "0", "NoMatchBehavior": "0", "NoMatchCachePercentage": "0", "ConnectionType": "0", "TreatDuplicateKeysAsError": "false",
    }  # fmt: skip
    outputs = component.find("outputs")
    assert [(o.get("name"), o.get("synchronousInputId")) for o in outputs][1] == (
        "Lookup No Match Output",
        "r.Inputs[I]",
    )
    assert len(changes) == 2
    assert upgrade_component(component) == []


def test_unknown_components_are_reported() -> None:
    component = etree.fromstring('<component componentClassID="{00000000-0000-0000-0000-000000000009}" name="X"/>')
    assert upgrade_component(component)[0].startswith('Component "X"')
    managed = etree.fromstring(
        '<component componentClassID="DTS.ManagedComponentWrapper.3" name="S"><properties><property name="UserComponentTypeName">Microsoft.SqlServer.Dts.Pipeline.XmlSourceAdapter, X</property></properties></component>'
    )
    assert upgrade_component(managed) == ['Component "S" (XmlSourceAdapter): version 0 → 2.']
    assert managed.findtext("properties/property") == "Microsoft.XmlSourceAdapter"
