"""Frequent English words by part of speech, as far as endings do not tell it."""

from __future__ import annotations

__all__ = [
    "ADJECTIVES",
    "ADVERBS",
    "BEFORE_IS",
    "DETERMINERS",
    "FUNCTION_WORDS",
    "GERUND_NOUNS",
    "IRREGULAR_PLURALS",
    "LY_ADJECTIVES",
    "LY_NOUNS",
    "MODALS",
    "NOUNS_LIKE_ADJECTIVES",
    "NOUN_OR_VERB",
    "NUMBERS",
    "PREPOSITIONS",
    "PRONOUNS",
    "PROPER_NAMES",
    "SINGULAR_IN_MEN",
    "SINGULAR_IN_S",
    "SUBJECTS",
    "VERBS",
    "VERB_MARKS",
]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


DETERMINERS = _words(
    "a an the this that these those my your his her its our their whose each every either neither some any no "
    "another such what which all both many much more most few fewer several other enough own same"
)

PRONOUNS = _words(
    "i you he she it we they me him us them mine yours hers ours theirs myself yourself himself herself itself "
    "ourselves themselves who whom someone somebody something anyone anybody anything everyone everybody everything "
    "nobody nothing none one ones there here"
)

PREPOSITIONS = _words(
    "about above across after against along among around as at before behind below beneath beside besides between "
    "beyond by concerning despite down during except for from in inside into like near of off on onto out outside "
    "over past per regarding since than through throughout till to toward towards under underneath until up upon "
    "versus via with within without"
)

MODALS = _words("can could may might must shall should will would cannot ought does do did don doesn didn won")

ADVERBS = _words(
    "again ago almost already also always apart away back else ever even far fast forever forward hard hence "
    "however instead just later less maybe meanwhile moreover never next not now nowhere often once only otherwise "
    "perhaps please quite rather seldom so somehow sometimes somewhat somewhere soon still straight then therefore "
    "thus today together tomorrow tonight too twice very well when where whether why how yes yesterday yet abroad "
    "ahead anyway anywhere everywhere indeed nevertheless nonetheless overnight upstairs downstairs thereby whereas"
)

_CONJUNCTIONS = _words(
    "and or but nor if because although though unless while when whenever wherever whereby that lest provided"
)

_AUXILIARIES = _words(
    "am is are was were be been being have has had having do does did doing done get gets got gotten getting let "
    "lets re ve ll isn aren wasn weren hasn haven hadn wouldn couldn shouldn mustn ain"
)

FUNCTION_WORDS = DETERMINERS | PRONOUNS | PREPOSITIONS | MODALS | ADVERBS | _CONJUNCTIONS | _AUXILIARIES
"""Words that are part of no term."""

NUMBERS = _words(
    "zero two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion"
)

VERBS = _words(
    "accept accepted achieve add adds admit advise affect afford agree allow announce appear apply appreciate arise "
    "arose arrange arrive ask asked assume attend avoid bear beat became become becomes began begin begins begun believe "
    "belong bent bet bind blew bore born bought break breaks breaking bring brings brought broke broken build builds built burst came "
    "catch caught choose chose chosen come comes coming compare complain confirm connect consider consist contain continue "
    "contribute convince correct cost create cut deal dealt decide deliver deny depend describe destroy determine "
    "develop die disappear discover discuss draw drawn drew drive driven drove eat eaten eliminate encourage enjoy ensure "
    "enter exist expect explain express fail fall fallen feel fell felt fill find finds fit fix flew fled flown follow "
    "forget forgot forgotten forgive fought found froze frozen gave generate give given gives go goes going gone grew grow grown "
    "guess happen hate hear heard held hid hidden hit hold hurt identify ignore imagine improve include increase indicate "
    "inform insist install introduce invite involve join keep kept kill knew know known knows lack laid lay lead learn learned "
    "leave led left lend lent lie listen live lose lost love made maintain make makes making manage mean means meant meet "
    "met mention obtain occur offer open opened paid pay perform permit persuade pick prefer prepare prevent "
    "proceed promise protect prove provide publish pull push put ran read realize receive received recognize recommend reduce refer "
    "refuse regret reject relate remain remember remind remove replace represent require reserve resolve retain reveal ride risen rode "
    "rose run runs running sang sank satisfy save saw say says said see seek seem seems seen sell send sent serve set settle shake "
    "shook shoot shot show showed shown shut sing sit sat sleep slept sold solve sought speak spend spent spoke spoken stand stood "
    "start started stay steal stick stole stop stopped strike struck stuck succeed suffer suggest supply support suppose survive swam "
    "swim take taken takes taking talk taught teach tell tells tend think thinks thought threw throw thrown told took travel try tried tries "
    "understand understood use used using vary wait want wants warn was wear went were win woke won wonder wore work works "
    "worry worn worked would write writes written wrote chase"
)
"""Forms of verbs; those that are nouns as well stand in :data:`NOUN_OR_VERB`, too."""

NOUN_OR_VERB = _words(
    "access account act address aid aim alert amount answer appeal approach attack attempt bank base bill block board "
    "book box brake brand break bridge budget call care cash cause challenge change charge chart check claim class clock "
    "code color comment complaint concern contact contract control copy cost count cover crash credit damage date deal "
    "debate debit decline delay demand deposit design desire display document doubt download draft dream drink drive drop "
    "effect email end engineer error escape estimate exchange excuse exercise experience experiment export fall fault fax "
    "feature fear feel field fight file filter finance find fire fish fit fix flag flash flight flood flow focus force "
    "form format frame function fund gain garden glass grant group guarantee guard guess guide hand head heat help hire "
    "hit hold hope host house hunt image impact import increase index influence input insult interest interview invoice "
    "issue item job join joke judge jump kick kill kind kiss label labor lack land laugh launch lead leak leave level "
    "lie lift light limit line link list load loan lock log look love machine mail map mark market master match "
    "matter measure meet mention message milk mind mistake mix model monitor motor move name need network note notice "
    "number object offer office order outline output pack package paint pair panic park part pass path pay permit phone "
    "photograph picture pile plan plant play plot point police post pound power practice present press pressure price "
    "print process produce product profile profit program progress project promise promote proof purchase question quote "
    "race rain range rank rate reach read reason rebate record recover refund register regret release rent repair repeat "
    "reply report request research reserve resort respect rest result return review reward ride ring rise risk rock role "
    "roll room rule run rush sale sample save scale schedule score screen search seat service set shape share shift ship "
    "shock shop show side sign signal sleep smell smile smoke sort sound source space spare speed spell spot spray stage "
    "stamp stand star start state stay step stick stock stop store storm stress strike structure study style subject "
    "suit supply support surprise survey suspect switch talk target task taste tax team test text thank thanks thought tip "
    "title touch tour trace track trade train transfer transport trap travel treat trick trip trouble trust try turn type "
    "update upgrade use value vehicle video view visit voice vote wait walk wall want warehouse wash waste watch water "
    "wave wear weight wheel wish wonder work worry wound wrap yield cable circuit ticket customer user cats dogs"
)
"""Words that are verbs only where their neighbours say so."""

GERUND_NOUNS = _words(
    "advertising banking beginning being bearing billing booking briefing broadcasting building camping casing ceiling "
    "cleansing clothing coating consulting cooking crossing cutting dealing drawing drilling earring engineering evening farming feeling filing "
    "finding fishing funding gardening greeting heading hearing heating holding housing icing king landing learning lighting lightning "
    "listing living mailing manufacturing marketing meaning meeting morning netting offering opening ordering painting "
    "parking mining modeling networking planning plumbing pricing printing processing programming pudding racing rating reading recording recycling ring "
    "roofing saving scheduling screening setting shipping shopping sibling spelling spring staffing string swing teaching testing "
    "thing timing tracking trading training tubing understanding voting warning wedding wing wiring writing"
)
"""Words in -ing that are nouns on their own."""

ADJECTIVES = _words(
    "able absent absolute abstract accurate active actual acute adequate advanced afraid aged aggressive alive alone "
    "alternate amazing ancient angry annual anxious appropriate asleep automatic available aware awful bad bald bare basic "
    "beautiful best better big bitter black blank blind blond blue bold brave brief bright broad broken brown busy calm "
    "cheap clean clear clever close closed cold common complete complex compact concrete constant convenient cool correct corrupt "
    "crazy crude cruel current curved cute daily damp dangerous dark dead deaf dear deep defective delicate dense different difficult "
    "digital direct dirty distant divine domestic double dry due dull eager early east eastern easy effective elder "
    "electric electronic elegant empty enormous entire equal essential evil exact excellent exciting exempt expensive expert extra extreme fair "
    "faint false familiar famous fat faulty favorite female fierce final financial fine firm first fit flat fluid foolish foreign "
    "formal former fragile free frequent fresh front frozen full fun funny future gay general generous genuine giant glad "
    "global golden good grand gray great green grey gross guilty handsome happy harsh healthy heavy high hollow holy "
    "honest hot huge human hungry ideal ill immediate important inner intact intense interesting internal jealous jolly junior "
    "keen large last late later lazy lean left legal light likely limited liquid little live local lonely long loose loud "
    "lovely low loyal lucky mad main major male mature maximum mean medium mental mere mild military minimum minor missing "
    "mobile modern modest moist moral multiple mutual naked narrow nasty native natural neat necessary negative nervous new nice noisy "
    "normal north northern numerous obvious odd old online open opposite orange ordinary original outer overall overdue pale "
    "parallel particular perfect permanent personal pink plain pleasant polite poor popular positive possible powerful precious precise "
    "present pretty previous prime prior private probable prompt proper proud public pure purple quick quiet rapid rare raw ready "
    "real recent red regular relevant remote rich right rigid ripe rotten rough round royal rude rural rusty sad safe "
    "salty scared second secondary secret secure senior sensitive separate serious severe shallow sharp shiny short shy "
    "sick significant silent silly silver similar simple single slight slim slow small smart smooth soft solid sore sorry sour south "
    "southern spare special specific stable stale standard steady steep sticky stiff stiffer still strange strict strong stupid subtle "
    "sudden sufficient suitable sunny super superior sure sweet swift tall tender terrible thick thin third thirsty tight tiny "
    "tired tough tropical true typical ugly unable unhappy uniform unique unknown upper upset urban urgent useful useless usual "
    "vague valid various vast vertical vital warm weak wealthy weird west western wet white whole wicked wide wild wise "
    "wonderful wooden worse worst worth wrong yellow young"
)

LY_ADJECTIVES = _words(
    "friendly daily weekly monthly yearly early likely lovely lonely costly deadly elderly hourly orderly ugly silly holy"
)

LY_NOUNS = _words(
    "family reply supply assembly anomaly monopoly july italy ally bully belly jelly fly butterfly lily rally tally folly "
    "homily panoply doily gully trolley filly"
)

NOUNS_LIKE_ADJECTIVES = _words(
    "client agent accident document payment student patient parent president department apartment equipment component "
    "environment content event percent account restaurant plant tenant servant consultant accountant applicant assistant "
    "music topic traffic logic clinic fabric graphic mechanic republic archive drive detective executive "
    "objective initiative representative olive motive narrative perspective incentive secretary library "
    "dictionary summary salary diary boundary january february anniversary vehicle finish dish fish "
    "table cable variable vegetable syllable bible material trial tutorial memorial "
    "hospital manual approval arrival proposal removal rental signal capital animal journal terminal metal "
    "agreement statement treatment argument moment comment instrument element segment garment talent "
    "incident continent ingredient gradient engagement government management development employment improvement"
)
"""Nouns that end as adjectives do."""

PROPER_NAMES = _words(
    "january february april june july august september october november december monday tuesday wednesday thursday "
    "friday saturday sunday christmas easter"
)
"""Names that are proper nouns at the beginning of a sentence, too."""

VERB_MARKS = _words("to 'll 'd n't 't please")
"""Words after which a verb stands."""

SUBJECTS = _words("i you we they he she it who")

BEFORE_IS = _words("it he she that there here what who where how when let")
"""Words after which ``'s`` is a verb and no possessive."""

IRREGULAR_PLURALS = dict(
    pair.split(":")
    for pair in _words(
        "men:man women:woman children:child people:person mice:mouse lice:louse geese:goose teeth:tooth feet:foot "
        "oxen:ox dice:die pence:penny brethren:brother wolves:wolf knives:knife wives:wife lives:life leaves:leaf "
        "loaves:loaf shelves:shelf selves:self halves:half calves:calf thieves:thief scarves:scarf hooves:hoof "
        "elves:elf sheaves:sheaf criteria:criterion phenomena:phenomenon data:data media:medium bacteria:bacterium "
        "analyses:analysis bases:base crises:crisis theses:thesis hypotheses:hypothesis diagnoses:diagnosis "
        "axes:axis oases:oasis parentheses:parenthesis synopses:synopsis emphases:emphasis indices:index "
        "matrices:matrix vertices:vertex appendices:appendix cacti:cactus fungi:fungus nuclei:nucleus radii:radius "
        "alumni:alumnus syllabi:syllabus stimuli:stimulus curricula:curriculum memoranda:memorandum "
        "heroes:hero potatoes:potato tomatoes:tomato echoes:echo vetoes:veto torpedoes:torpedo embargoes:embargo "
        "quizzes:quiz buses:bus gases:gas lenses:lens viruses:virus statuses:status bonuses:bonus "
        "campuses:campus censuses:census choruses:chorus circuses:circus canvases:canvas aliases:alias movies:movie "
        "cookies:cookie ties:tie pies:pie lies:lie dies:die zombies:zombie calories:calorie"
    )
)
"""Plural → singular, where no rule of the language leads from one to the other."""

SINGULAR_IN_S = _words(
    "series species news means sheep fish deer aircraft headquarters mathematics physics economics politics "
    "electronics statistics athletics diabetes measles lens gas bus plus bias atlas canvas alias status virus bonus "
    "campus census chorus circus focus corpus genus apparatus consensus process access address business class glass "
    "pass mass loss boss cross press success dress illness congress chess mess less this thus yes his its was has "
    "does christmas always perhaps besides analysis basis crisis thesis axis oasis diagnosis hypothesis emphasis "
    "synopsis tennis iris texas paris windows kansas james charles wales athens brussels across us"
)
"""Words in -s that are no plurals."""

SINGULAR_IN_MEN = _words(
    "specimen regimen acumen abdomen omen stamen semen hymen yemen ramen lumen bitumen albumen carmen amen examen"
)
"""Words in -men that are no plurals."""
