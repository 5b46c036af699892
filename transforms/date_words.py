"""The words that dates are written with: month names of many languages, named zones.

Each language has twelve groups, parted by ``|``, in the order of the year; the
forms of a group (full, inflected, short) are parted by spaces. All in lower case,
without final dots. A form that means different months in different languages is
only read when the language is known.
"""

# ruff: noqa: RUF001 (letters of other scripts are what this module is about)

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_MONTHS: dict[str, str] = {
    "en": "january jan|february feb|march mar|april apr|may|june jun|july jul|august aug"
    "|september sept sep|october oct|november nov|december dec",
    "de": "januar jan jänner jän|februar feb feber|märz mär mrz|april apr|mai|juni jun|juli jul"
    "|august aug|september sept sep|oktober okt|november nov|dezember dez",
    "fr": "janvier janv jan|février févr fév|mars|avril avr|mai|juin|juillet juil|août"
    "|septembre sept|octobre oct|novembre nov|décembre déc",
    "es": "enero ene|febrero feb|marzo mar|abril abr|mayo may|junio jun|julio jul|agosto ago"
    "|septiembre setiembre sept sep set|octubre oct|noviembre nov|diciembre dic",
    "it": "gennaio gen|febbraio feb|marzo mar|aprile apr|maggio mag|giugno giu|luglio lug"
    "|agosto ago|settembre set sett|ottobre ott|novembre nov|dicembre dic",
    "pt": "janeiro jan|fevereiro fev|março mar|abril abr|maio mai|junho jun|julho jul|agosto ago"
    "|setembro set|outubro out|novembro nov|dezembro dez",
    "ca": "gener gen|febrer febr|març|abril abr|maig|juny|juliol jul|agost ag|setembre set"
    "|octubre oct|novembre nov|desembre des",
    "nl": "januari jan|februari feb|maart mrt|april apr|mei|juni jun|juli jul|augustus aug"
    "|september sept sep|oktober okt|november nov|december dec",
    "sv": "januari jan|februari feb|mars mar|april apr|maj|juni jun|juli jul|augusti aug"
    "|september sept sep|oktober okt|november nov|december dec",
    "da": "januar jan|februar feb|marts mar|april apr|maj|juni jun|juli jul|august aug"
    "|september sept sep|oktober okt|november nov|december dec",
    "no": "januar jan|februar feb|mars mar|april apr|mai|juni jun|juli jul|august aug"
    "|september sept sep|oktober okt|november nov|desember des",
    "is": "janúar jan|febrúar feb|mars mar|apríl apr|maí|júní jún|júlí júl|ágúst ágú"
    "|september sep|október okt|nóvember nóv|desember des",
    "fi": "tammikuu tammikuuta tammi|helmikuu helmikuuta helmi|maaliskuu maaliskuuta maalis"
    "|huhtikuu huhtikuuta huhti|toukokuu toukokuuta touko|kesäkuu kesäkuuta kesä"
    "|heinäkuu heinäkuuta heinä|elokuu elokuuta elo|syyskuu syyskuuta syys"
    "|lokakuu lokakuuta loka|marraskuu marraskuuta marras|joulukuu joulukuuta joulu",
    "et": "jaanuar jaan|veebruar veebr|märts|aprill apr|mai|juuni|juuli|august aug"
    "|september sept|oktoober okt|november nov|detsember dets",
    "lv": "janvāris janvārī|februāris februārī|marts martā|aprīlis aprīlī|maijs maijā"
    "|jūnijs jūnijā|jūlijs jūlijā|augusts augustā|septembris septembrī|oktobris oktobrī"
    "|novembris novembrī|decembris decembrī",
    "lt": "sausis sausio|vasaris vasario|kovas kovo|balandis balandžio|gegužė gegužės"
    "|birželis birželio|liepa liepos|rugpjūtis rugpjūčio|rugsėjis rugsėjo|spalis spalio"
    "|lapkritis lapkričio|gruodis gruodžio",
    "pl": "styczeń stycznia sty|luty lutego lut|marzec marca mar|kwiecień kwietnia kwi"
    "|maj maja|czerwiec czerwca cze|lipiec lipca lip|sierpień sierpnia sie"
    "|wrzesień września wrz|październik października paź|listopad listopada lis"
    "|grudzień grudnia gru",
    "cs": "leden ledna led|únor února úno|březen března bře|duben dubna dub|květen května kvě"
    "|červen června čvn|červenec července čvc|srpen srpna srp|září zář|říjen října říj"
    "|listopad listopadu lis|prosinec prosince pro",
    "sk": "január januára jan|február februára feb|marec marca mar|apríl apríla apr|máj mája"
    "|jún júna|júl júla|august augusta aug|september septembra sep|október októbra okt"
    "|november novembra nov|december decembra dec",
    "sl": "januar januarja jan|februar februarja feb|marec marca mar|april aprila apr"
    "|maj maja|junij junija jun|julij julija jul|avgust avgusta avg|september septembra sep"
    "|oktober oktobra okt|november novembra nov|december decembra dec",
    "hr": "siječanj siječnja sij|veljača veljače velj|ožujak ožujka ožu|travanj travnja tra"
    "|svibanj svibnja svi|lipanj lipnja lip|srpanj srpnja srp|kolovoz kolovoza kol"
    "|rujan rujna ruj|listopad listopada lis|studeni studenoga studenog stu"
    "|prosinac prosinca pro",
    "sr": "januar januara jan јануар јануара јан|februar februara feb фебруар фебруара феб"
    "|mart marta mar март марта мар|april aprila apr април априла апр|maj maja мај маја"
    "|jun juna juni јун јуна јуни|jul jula juli јул јула јули|avgust avgusta avg август августа авг"
    "|septembar septembra sep септембар септембра сеп|oktobar oktobra okt октобар октобра окт"
    "|novembar novembra nov новембар новембра нов|decembar decembra dec децембар децембра дец",
    "mk": "јануари|февруари|март|април|мај|јуни|јули|август|септември|октомври|ноември|декември",
    "ro": "ianuarie ian|februarie feb|martie mar|aprilie apr|mai|iunie iun|iulie iul|august aug"
    "|septembrie sept sep|octombrie oct|noiembrie noi nov|decembrie dec",
    "hu": "január jan|február febr feb|március márc már|április ápr|május máj|június jún"
    "|július júl|augusztus aug|szeptember szept|október okt|november nov|december dec",
    "sq": "janar jan|shkurt shk|mars|prill pri|maj|qershor qer|korrik kor|gusht|shtator sht"
    "|tetor tet|nëntor nën|dhjetor dhj",
    "tr": "ocak oca|şubat şub|mart mar|nisan nis|mayıs may|haziran haz|temmuz tem|ağustos ağu"
    "|eylül eyl|ekim eki|kasım kas|aralık ara",
    "az": "yanvar yan|fevral fev|mart mar|aprel apr|may|iyun|iyul|avqust avq|sentyabr sen"
    "|oktyabr okt|noyabr noy|dekabr dek",
    "uz": "yanvar январ|fevral феврал|mart март|aprel апрел|may май|iyun июн|iyul июл"
    "|avgust август|sentabr сентябр|oktabr октябр|noyabr ноябр|dekabr декабр",
    "kk": "қаңтар|ақпан|наурыз|сәуір|мамыр|маусым|шілде|тамыз|қыркүйек|қазан|қараша|желтоқсан"
    " желтоксан",
    "ky": "январь янв|февраль фев|март мар|апрель апр|май|июнь|июль|август авг|сентябрь сен"
    "|октябрь окт|ноябрь ноя|декабрь дек",
    "tg": "январ январи|феврал феврали|март марти|апрел апрели|май майи|июн июни|июл июли"
    "|август августи|сентябр сентябри|октябр октябри|ноябр ноябри|декабр декабри",
    "ru": "январь января янв|февраль февраля фев февр|март марта мар|апрель апреля апр|май мая"
    "|июнь июня июн|июль июля июл|август августа авг|сентябрь сентября сен сент"
    "|октябрь октября окт|ноябрь ноября ноя нояб|декабрь декабря дек",
    "uk": "січень січня січ|лютий лютого лют|березень березня бер|квітень квітня квіт"
    "|травень травня трав|червень червня черв|липень липня лип|серпень серпня серп"
    "|вересень вересня вер|жовтень жовтня жовт|листопад листопада лист|грудень грудня груд",
    "be": "студзень студзеня|люты лютага|сакавік сакавіка|красавік красавіка|май мая травень траўня"
    "|чэрвень чэрвеня|ліпень ліпеня|жнівень жніўня|верасень верасня|кастрычнік кастрычніка"
    "|лістапад лістапада|снежань снежня",
    "bg": "януари ян|февруари фев|март|април апр|май|юни|юли|август авг|септември сеп"
    "|октомври окт|ноември ное|декември дек",
    "el": "ιανουάριος ιανουαρίου ιαν|φεβρουάριος φεβρουαρίου φεβ φεβρ"
    "|μάρτιος μαρτίου μαρ μαρτ|απρίλιος απριλίου απρ|μάιος μαΐου μάι μαϊ"
    "|ιούνιος ιουνίου ιουν|ιούλιος ιουλίου ιουλ|αύγουστος αυγούστου αυγ"
    "|σεπτέμβριος σεπτεμβρίου σεπ σεπτ|οκτώβριος οκτωβρίου οκτ|νοέμβριος νοεμβρίου νοε"
    "|δεκέμβριος δεκεμβρίου δεκ",
    "id": "januari jan|februari feb|maret mar|april apr|mei|juni jun|juli jul|agustus agu agt"
    "|september sep|oktober okt|november nov|desember des",
    "ms": "januari jan|februari feb|mac|april apr|mei|jun|julai jul|ogos ogo|september sep"
    "|oktober okt|november nov|disember dis",
    "sw": "januari|februari|machi|aprili|mei|juni|julai|agosti|septemba|oktoba|novemba|desemba",
    "ar": "يناير كانون_الثاني جانفي|فبراير شباط فيفري|مارس آذار اذار|أبريل ابريل نيسان أفريل"
    "|مايو أيار ايار ماي|يونيو حزيران جوان|يوليو تموز جويلية|أغسطس اغسطس آب أوت"
    "|سبتمبر أيلول ايلول|أكتوبر اكتوبر تشرين_الأول|نوفمبر تشرين_الثاني|ديسمبر كانون_الأول",
    "fa": "ژانویه|فوریه|مارس|آوریل|مه می|ژوئن|ژوئیه جولای|اوت آگوست|سپتامبر|اکتبر|نوامبر|دسامبر",
    "ur": "جنوری|فروری|مارچ|اپریل|مئی|جون|جولائی|اگست|ستمبر|اکتوبر|نومبر|دسمبر",
    "he": "ינואר בינואר|פברואר בפברואר|מרץ במרץ|אפריל באפריל|מאי במאי|יוני ביוני|יולי ביולי"
    "|אוגוסט באוגוסט|ספטמבר בספטמבר|אוקטובר באוקטובר|נובמבר בנובמבר|דצמבר בדצמבר",
    "hi": "जनवरी|फरवरी फ़रवरी|मार्च|अप्रैल|मई|जून|जुलाई|अगस्त|सितंबर सितम्बर|अक्टूबर अक्तूबर"
    "|नवंबर नवम्बर|दिसंबर दिसम्बर",
    "bn": "জানুয়ারি জানুয়ারী|ফেব্রুয়ারি ফেব্রুয়ারী|মার্চ|এপ্রিল|মে|জুন|জুলাই|আগস্ট|সেপ্টেম্বর|অক্টোবর|নভেম্বর|ডিসেম্বর",
    "ta": "ஜனவரி|பிப்ரவரி|மார்ச்|ஏப்ரல்|மே|ஜூன்|ஜூலை|ஆகஸ்ட்|செப்டம்பர்|அக்டோபர்|நவம்பர்|டிசம்பர்",
    "ka": "იანვარი|თებერვალი|მარტი|აპრილი|მაისი|ივნისი|ივლისი|აგვისტო|სექტემბერი|ოქტომბერი"
    "|ნოემბერი|დეკემბერი",
    "hy": "հունվար հունվարի|փետրվար փետրվարի|մարտ մարտի|ապրիլ ապրիլի|մայիս մայիսի"
    "|հունիս հունիսի|հուլիս հուլիսի|օգոստոս օգոստոսի|սեպտեմբեր սեպտեմբերի"
    "|հոկտեմբեր հոկտեմբերի|նոյեմբեր նոյեմբերի|դեկտեմբեր դեկտեմբերի",
    "th": "มกราคม มค|กุมภาพันธ์ กพ|มีนาคม มีค|เมษายน เมย|พฤษภาคม พค|มิถุนายน มิย|กรกฎาคม กค|สิงหาคม สค"
    "|กันยายน กย|ตุลาคม ตค|พฤศจิกายน พย|ธันวาคม ธค",  # short forms without the dots inside
    "my": "ဇန်နဝါရီ|ဖေဖော်ဝါရီ|မတ်|ဧပြီ|မေ|ဇွန်|ဇူလိုင်|ဩဂုတ် သြဂုတ်|စက်တင်ဘာ|အောက်တိုဘာ|နိုဝင်ဘာ|ဒီဇင်ဘာ",
    "km": "មករា|កុម្ភៈ|មីនា|មេសា|ឧសភា|មិថុនា|កក្កដា|សីហា|កញ្ញា|តុលា|វិច្ឆិកា|ធ្នូ",
}

LANGUAGES = tuple(_MONTHS)
"""The languages (ISO 639-1) whose months are known by name."""

ZONE_MINUTES: dict[str, int] = {
    "z": 0,
    "utc": 0,
    "gmt": 0,
    "ut": 0,
    "wet": 0,
    "west": 60,
    "bst": 60,
    "cet": 60,
    "mez": 60,
    "cest": 120,
    "mesz": 120,
    "eet": 120,
    "eest": 180,
    "msk": 180,
    "мск": 180,
    "msd": 240,
    "trt": 180,
    "pkt": 300,
    "npt": 345,
    "wib": 420,
    "wita": 480,
    "wit": 540,
    "hkt": 480,
    "sgt": 480,
    "jst": 540,
    "kst": 540,
    "aest": 600,
    "aedt": 660,
    "acst": 570,
    "acdt": 630,
    "awst": 480,
    "nzst": 720,
    "nzdt": 780,
    "sast": 120,
    "brt": -180,
    "est": -300,
    "edt": -240,
    "cst": -360,
    "cdt": -300,
    "mst": -420,
    "mdt": -360,
    "pst": -480,
    "pdt": -420,
    "akst": -540,
    "akdt": -480,
    "hst": -600,
}
"""Minutes east of UTC. EST to PDT as RFC 822 defines them. Left out, because they
name several zones or change with the season: IST, AST, ET, CT, MT, PT."""

AMBIGUOUS_ZONES = frozenset({"ist", "ast", "et", "ct", "mt", "pt", "amt", "gst", "sst"})

DAY_FIRST_ENGLISH = frozenset({"en-gb", "en-ie", "en-au", "en-nz", "en-in", "en-za", "en-pk"})
MONTH_FIRST = frozenset({"en-us", "en-ph", "fil", "tl"})
YEAR_FIRST = frozenset({"hu", "ja", "ko", "zh", "lt", "mn"})
"""Languages that write 07/09/2024 in no order of their own: not read without a month's name."""

_WORD = re.compile(r"[^\W\d_]+")


def folded(text: str) -> str:
    """Return text in lower case without accents that press and readers leave out at will."""
    lowered = unicodedata.normalize("NFKD", text.lower().replace("\u0131", "i"))
    return "".join(c for c in lowered if not "\u0300" <= c <= "\u036f")


@lru_cache(maxsize=64)
def months(language: str | None) -> dict[str, int]:
    """Return month number by folded form, for a language and all others beside it.

    What the language itself says wins; of the others, a form that two of them
    use for different months is left out.
    """
    merged: dict[str, int | None] = {}
    for groups in _MONTHS.values():
        for form, month in _forms(groups):
            merged[form] = month if merged.get(form, month) == month else None
    own = _MONTHS.get((language or "").partition("-")[0], "")
    table = {form: month for form, month in merged.items() if month is not None}
    return {**table, **dict(_forms(own))}


def _forms(groups: str) -> list[tuple[str, int]]:
    if not groups:
        return []
    return [
        (folded(form.replace("_", " ")), month)
        for month, group in enumerate(groups.split("|"), start=1)
        for form in group.split()
    ]
