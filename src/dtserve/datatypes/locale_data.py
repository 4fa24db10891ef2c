"""Regional settings of the common Windows locales, as data.

One line per locale: LCID, name, short date, time, decimal mark, thousands mark, currency
sign, in the notation of Windows (``M/d/yyyy``, ``h:mm:ss tt``). ``nbsp`` is U+00A0,
``nnbsp`` U+202F. The values are those Windows ships; a user's changes in the control panel
of the original machine are unknown here.
"""

from __future__ import annotations

__all__ = ["DAY_PART_MARKS", "LOCALE_LINES", "MONTHS", "WEEKDAYS"]

LOCALE_LINES = """
1025|ar-SA|dd/MM/yy|hh:mm:ss tt|.|,|SAR
1026|bg-BG|d.M.yyyy|H:mm:ss|,|nbsp|лв.
1027|ca-ES|d/M/yyyy|H:mm:ss|,|.|€
1028|zh-TW|yyyy/M/d|tt hh:mm:ss|.|,|NT$
1029|cs-CZ|dd.MM.yyyy|H:mm:ss|,|nbsp|Kč
1030|da-DK|dd-MM-yyyy|HH:mm:ss|,|.|kr.
1031|de-DE|dd.MM.yyyy|HH:mm:ss|,|.|€
1032|el-GR|d/M/yyyy|h:mm:ss tt|,|.|€
1033|en-US|M/d/yyyy|h:mm:ss tt|.|,|$
1034|es-ES|dd/MM/yyyy|H:mm:ss|,|.|€
1035|fi-FI|d.M.yyyy|H:mm:ss|,|nbsp|€
1036|fr-FR|dd/MM/yyyy|HH:mm:ss|,|nnbsp|€
1037|he-IL|dd/MM/yyyy|HH:mm:ss|.|,|₪
1038|hu-HU|yyyy. MM. dd.|H:mm:ss|,|nbsp|Ft
1039|is-IS|d.M.yyyy|HH:mm:ss|,|.|kr.
1040|it-IT|dd/MM/yyyy|HH:mm:ss|,|.|€
1041|ja-JP|yyyy/MM/dd|H:mm:ss|.|,|¥
1042|ko-KR|yyyy-MM-dd|tt h:mm:ss|.|,|₩
1043|nl-NL|d-M-yyyy|HH:mm:ss|,|.|€
1044|nb-NO|dd.MM.yyyy|HH:mm:ss|,|nbsp|kr
1045|pl-PL|dd.MM.yyyy|HH:mm:ss|,|nbsp|zł
1046|pt-BR|dd/MM/yyyy|HH:mm:ss|,|.|R$
1048|ro-RO|dd.MM.yyyy|HH:mm:ss|,|.|RON
1049|ru-RU|dd.MM.yyyy|H:mm:ss|,|nbsp|₽
1050|hr-HR|d.M.yyyy.|H:mm:ss|,|.|kn
1051|sk-SK|d. M. yyyy|H:mm:ss|,|nbsp|€
1052|sq-AL|d.M.yyyy|h:mm:ss tt|,|nbsp|Lekë
1053|sv-SE|yyyy-MM-dd|HH:mm:ss|,|nbsp|kr
1054|th-TH|d/M/yyyy|HH:mm:ss|.|,|฿
1055|tr-TR|d.MM.yyyy|HH:mm:ss|,|.|₺
1056|ur-PK|dd/MM/yyyy|h:mm:ss tt|.|,|Rs
1057|id-ID|dd/MM/yyyy|HH.mm.ss|,|.|Rp
1058|uk-UA|dd.MM.yyyy|H:mm:ss|,|nbsp|₴
1059|be-BY|dd.MM.yy|HH:mm:ss|,|nbsp|Br
1060|sl-SI|d. MM. yyyy|HH:mm:ss|,|.|€
1061|et-EE|dd.MM.yyyy|HH:mm:ss|,|nbsp|€
1062|lv-LV|dd.MM.yyyy|HH:mm:ss|,|nbsp|€
1063|lt-LT|yyyy-MM-dd|HH:mm:ss|,|nbsp|€
1065|fa-IR|dd/MM/yyyy|hh:mm:ss tt|.|,|ريال
1066|vi-VN|dd/MM/yyyy|h:mm:ss tt|,|.|₫
1067|hy-AM|dd.MM.yyyy|HH:mm:ss|,|nbsp|֏
1068|az-Latn-AZ|dd.MM.yyyy|HH:mm:ss|,|.|₼
1069|eu-ES|yyyy/MM/dd|HH:mm:ss|,|.|€
1071|mk-MK|dd.M.yyyy|HH:mm:ss|,|.|ден.
1078|af-ZA|yyyy-MM-dd|HH:mm:ss|,|nbsp|R
1079|ka-GE|dd.MM.yyyy|HH:mm:ss|,|nbsp|₾
1081|hi-IN|dd-MM-yyyy|HH:mm:ss|.|,|₹
1086|ms-MY|d/MM/yyyy|h:mm:ss tt|.|,|RM
1087|kk-KZ|dd.MM.yyyy|HH:mm:ss|,|nbsp|₸
1089|sw-KE|dd/MM/yyyy|HH:mm:ss|.|,|Ksh
1091|uz-Latn-UZ|dd/MM/yyyy|HH:mm:ss|,|nbsp|soʻm
1093|bn-IN|dd-MM-yy|HH.mm.ss|.|,|₹
1097|ta-IN|dd-MM-yyyy|HH:mm:ss|.|,|₹
1098|te-IN|dd-MM-yy|HH:mm:ss|.|,|₹
1102|mr-IN|dd-MM-yyyy|HH:mm:ss|.|,|₹
1110|gl-ES|dd/MM/yyyy|HH:mm:ss|,|.|€
2049|ar-IQ|dd/MM/yyyy|hh:mm:ss tt|.|,|د.ع.
2052|zh-CN|yyyy/M/d|H:mm:ss|.|,|¥
2055|de-CH|dd.MM.yyyy|HH:mm:ss|.|’|CHF
2057|en-GB|dd/MM/yyyy|HH:mm:ss|.|,|£
2058|es-MX|dd/MM/yyyy|hh:mm:ss tt|.|,|$
2060|fr-BE|dd-MM-yy|HH:mm:ss|,|nnbsp|€
2064|it-CH|dd.MM.yyyy|HH:mm:ss|.|’|CHF
2067|nl-BE|d/MM/yyyy|HH:mm:ss|,|.|€
2068|nn-NO|dd.MM.yyyy|HH:mm:ss|,|nbsp|kr
2070|pt-PT|dd/MM/yyyy|HH:mm:ss|,|nbsp|€
2073|ru-MD|dd.MM.yyyy|HH:mm:ss|,|nbsp|L
2074|sr-Latn-CS|d.M.yyyy.|HH.mm.ss|,|.|din.
2077|sv-FI|dd-MM-yyyy|HH:mm:ss|,|nbsp|€
2110|ms-BN|d/MM/yyyy|h:mm:ss tt|,|.|$
3073|ar-EG|dd/MM/yyyy|hh:mm:ss tt|.|,|ج.م.
3076|zh-HK|d/M/yyyy|H:mm:ss|.|,|HK$
3079|de-AT|dd.MM.yyyy|HH:mm:ss|,|nbsp|€
3081|en-AU|d/MM/yyyy|h:mm:ss tt|.|,|$
3082|es-ES|dd/MM/yyyy|H:mm:ss|,|.|€
3084|fr-CA|yyyy-MM-dd|HH:mm:ss|,|nbsp|$
3098|sr-Cyrl-CS|d.M.yyyy.|HH.mm.ss|,|.|дин.
4100|zh-SG|d/M/yyyy|tt h:mm:ss|.|,|$
4103|de-LU|dd.MM.yyyy|HH:mm:ss|,|.|€
4105|en-CA|yyyy-MM-dd|h:mm:ss tt|.|,|$
4106|es-GT|d/MM/yyyy|HH:mm:ss|.|,|Q
4108|fr-CH|dd.MM.yyyy|HH:mm:ss|,|nnbsp|CHF
5121|ar-DZ|dd-MM-yyyy|H:mm:ss|,|.|د.ج.
5124|zh-MO|d/M/yyyy|h:mm:ss tt|.|,|MOP$
5127|de-LI|dd.MM.yyyy|HH:mm:ss|.|’|CHF
5129|en-NZ|d/MM/yyyy|h:mm:ss tt|.|,|$
5130|es-CR|d/M/yyyy|HH:mm:ss|,|nbsp|₡
5132|fr-LU|dd/MM/yyyy|HH:mm:ss|,|.|€
6145|ar-MA|dd-MM-yyyy|H:mm:ss|,|.|د.م.
6153|en-IE|dd/MM/yyyy|HH:mm:ss|.|,|€
6154|es-PA|MM/dd/yyyy|h:mm:ss tt|.|,|B/.
7169|ar-TN|dd-MM-yyyy|H:mm:ss|,|.|د.ت.
7177|en-ZA|yyyy/MM/dd|HH:mm:ss|,|nbsp|R
7178|es-DO|d/M/yyyy|h:mm:ss tt|.|,|RD$
8201|en-JM|d/M/yyyy|h:mm:ss tt|.|,|$
8202|es-VE|d/M/yyyy|h:mm:ss tt|,|.|Bs.
9226|es-CO|d/MM/yyyy|h:mm:ss tt|,|.|$
10250|es-PE|d/MM/yyyy|HH:mm:ss|.|,|S/
10273|en-BZ|dd/MM/yyyy|HH:mm:ss|.|,|$
11274|es-AR|d/M/yyyy|HH:mm:ss|,|.|$
11273|en-TT|dd/MM/yyyy|h:mm:ss tt|.|,|$
12289|ar-LB|dd/MM/yyyy|hh:mm:ss tt|.|,|ل.ل.
12297|en-ZW|d/M/yyyy|HH:mm:ss|.|,|US$
12298|es-EC|d/M/yyyy|HH:mm:ss|,|.|$
13313|ar-KW|dd/MM/yyyy|hh:mm:ss tt|.|,|د.ك.
13321|en-PH|dd/MM/yyyy|h:mm:ss tt|.|,|₱
13322|es-CL|dd-MM-yyyy|H:mm:ss|,|.|$
14337|ar-AE|dd/MM/yyyy|hh:mm:ss tt|.|,|د.إ.
14346|es-UY|d/M/yyyy|HH:mm:ss|,|.|$
15370|es-PY|d/M/yyyy|HH:mm:ss|,|.|₲
15361|ar-BH|dd/MM/yyyy|hh:mm:ss tt|.|,|د.ب.
16385|ar-QA|dd/MM/yyyy|hh:mm:ss tt|.|,|ر.ق.
16393|en-IN|dd-MM-yyyy|HH:mm:ss|.|,|₹
16394|es-BO|d/M/yyyy|HH:mm:ss|,|.|Bs
17417|en-MY|d/M/yyyy|h:mm:ss tt|.|,|RM
17418|es-SV|d/M/yyyy|HH:mm:ss|.|,|$
18441|en-SG|d/M/yyyy|h:mm:ss tt|.|,|$
18442|es-HN|d/M/yyyy|HH:mm:ss|.|,|L
19466|es-NI|d/M/yyyy|HH:mm:ss|.|,|C$
20490|es-PR|MM/dd/yyyy|h:mm:ss tt|.|,|$
21514|es-US|M/d/yyyy|h:mm:ss tt|.|,|$
"""

MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "sv": "januari februari mars april maj juni juli augusti september oktober november december",
    "da": "januar februar marts april maj juni juli august september oktober november december",
    "nb": "januar februar mars april mai juni juli august september oktober november desember",
    "nn": "januar februar mars april mai juni juli august september oktober november desember",
    "pl": "styczeń luty marzec kwiecień maj czerwiec lipiec sierpień wrzesień październik listopad grudzień",
    "cs": "leden únor březen duben květen červen červenec srpen září říjen listopad prosinec",
    "sk": "január február marec apríl máj jún júl august september október november december",
    "hu": "január február március április május június július augusztus szeptember október november december",
    "ro": "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie",
    "ru": "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь",
    "uk": "січень лютий березень квітень травень червень липень серпень вересень жовтень листопад грудень",
    "tr": "Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık",
    "fi": "tammikuu helmikuu maaliskuu huhtikuu toukokuu kesäkuu heinäkuu elokuu syyskuu lokakuu marraskuu joulukuu",
    "hr": "siječanj veljača ožujak travanj svibanj lipanj srpanj kolovoz rujan listopad studeni prosinac",
    "sl": "januar februar marec april maj junij julij avgust september oktober november december",
    "id": "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember",
    "el": "Ιανουάριος Φεβρουάριος Μάρτιος Απρίλιος Μάιος Ιούνιος Ιούλιος Αύγουστος Σεπτέμβριος Οκτώβριος Νοέμβριος "
    "Δεκέμβριος",
}
"""Month names by language; the first three letters stand for the name too, where no other month has them."""

DAY_PART_MARKS = {
    "en": ("AM", "PM"),
    "es": ("a. m.", "p. m."),
    "el": ("πμ", "μμ"),
    "zh": ("上午", "下午"),
    "ko": ("오전", "오후"),
    "ja": ("午前", "午後"),
    "ar": ("ص", "م"),
    "fa": ("ق.ظ", "ب.ظ"),
    "vi": ("SA", "CH"),
    "sq": ("e paradites", "e pasdites"),
}
"""Marks of the half days by language; English where a language is absent."""

WEEKDAYS = {
    "en": "sunday monday tuesday wednesday thursday friday saturday sun mon tue wed thu fri sat",
    "de": "sonntag montag dienstag mittwoch donnerstag freitag samstag so mo di mi do fr sa",
    "fr": "dimanche lundi mardi mercredi jeudi vendredi samedi dim lun mar mer jeu ven sam",
    "es": "domingo lunes martes miércoles jueves viernes sábado dom lun mar mié jue vie sáb",
    "it": "domenica lunedì martedì mercoledì giovedì venerdì sabato dom lun mar mer gio ven sab",
    "pt": "domingo segunda terça quarta quinta sexta sábado dom seg ter qua qui sex sáb",
    "nl": "zondag maandag dinsdag woensdag donderdag vrijdag zaterdag zo ma di wo do vr za",
    "sv": "söndag måndag tisdag onsdag torsdag fredag lördag sön mån tis ons tor fre lör",
    "da": "søndag mandag tirsdag onsdag torsdag fredag lørdag sø ma ti on to fr lø",
    "nb": "søndag mandag tirsdag onsdag torsdag fredag lørdag søn man tir ons tor fre lør",
}
"""Names of weekdays, long and short: passed over when a date is read."""
