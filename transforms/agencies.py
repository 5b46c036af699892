"""News agencies: full names, and the forms under which pages credit them.

A data module. A form counts only where it stands as a whole token of a credit
line, a dateline or a byline; short forms that are also words ('ATS', 'MIA') are
therefore harmless in running text, which is never searched.

Sources: the agencies' own sites and style guides, as publicly known.
"""
# ruff: noqa: RUF001, E501 (wording in several scripts, read as tables)

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Agency:
    """One agency: its full name, its country (ISO 3166-1 alpha-2, or ``int``), its other forms."""

    name: str
    country: str
    forms: tuple[str, ...]


AGENCIES: tuple[Agency, ...] = (
    Agency("Reuters", "gb", ("REUTERS", "Thomson Reuters", "rtr", "Рейтер", "رويترز", "路透社", "路透", "ロイター", "로이터")),
    Agency("Associated Press", "us", ("AP", "The Associated Press", "AP News", "Ассошиэйтед Пресс", "أسوشيتد برس", "أ ب", "美联社", "AP通信")),
    Agency("Agence France-Presse", "fr", ("AFP", "AFPTV", "Agence France Presse", "АФП", "أ ف ب", "ا ف ب", "فرانس برس", "وكالة فرانس برس", "法新社", "AFP通信", "AFP時事", "에이에프피")),
    Agency("Deutsche Presse-Agentur", "de", ("dpa", "dpa-AFX", "dpa infocom", "Deutsche Presse Agentur", "German Press Agency", "ДПА", "د ب أ", "德新社")),
    Agency("Agencia EFE", "es", ("EFE", "Efe", "EFEverde", "Europa Press EFE", "埃菲社")),
    Agency("Europa Press", "es", ("EP", "EUROPA PRESS")),
    Agency("ANSA", "it", ("Agenzia ANSA", "ansa.it", "安莎社")),
    Agency("Adnkronos", "it", ("ADNKRONOS", "AdnKronos")),
    Agency("Agenzia Giornalistica Italia", "it", ("AGI",)),
    Agency("Askanews", "it", ("askanews",)),
    Agency("LaPresse", "it", ("LAPRESSE",)),
    Agency("Austria Presse Agentur", "at", ("APA", "apa")),
    Agency("Keystone-SDA", "ch", ("SDA", "sda", "ATS", "ats", "Keystone", "Keystone-ATS", "Keystone/SDA", "SDA-ATS", "Schweizerische Depeschenagentur")),
    Agency("Katholische Nachrichten-Agentur", "de", ("KNA", "kna")),
    Agency("Evangelischer Pressedienst", "de", ("epd",)),
    Agency("Sport-Informations-Dienst", "de", ("SID", "sid")),
    Agency("Algemeen Nederlands Persbureau", "nl", ("ANP",)),
    Agency("Belga", "be", ("BELGA", "Belga News Agency", "Agence Belga")),
    Agency("PA Media", "gb", ("PA", "Press Association", "PA news agency", "PA News")),
    Agency("Lusa", "pt", ("LUSA", "Agência Lusa")),
    Agency("Athens-Macedonian News Agency", "gr", ("AMNA", "ΑΠΕ-ΜΠΕ", "ΑΠΕ", "ANA-MPA")),
    Agency("NTB", "no", ("Norsk Telegrambyrå", "©NTB", "NTB-AFP")),
    Agency("Tidningarnas Telegrambyrå", "se", ("TT", "TT-AFP", "TT-Reuters", "TT Nyhetsbyrån")),
    Agency("Ritzau", "dk", ("RITZAU", "Ritzaus Bureau")),
    Agency("STT", "fi", ("Suomen Tietotoimisto", "FNB")),
    Agency("Polska Agencja Prasowa", "pl", ("PAP", "pap")),
    Agency("Česká tisková kancelář", "cz", ("ČTK", "CTK", "ctk")),
    Agency("Tlačová agentúra Slovenskej republiky", "sk", ("TASR",)),
    Agency("Magyar Távirati Iroda", "hu", ("MTI",)),
    Agency("Agerpres", "ro", ("AGERPRES",)),
    Agency("Mediafax", "ro", ("MEDIAFAX",)),
    Agency("Bulgarian News Agency", "bg", ("BTA", "БТА")),
    Agency("Tanjug", "rs", ("TANJUG", "Танјуг")),
    Agency("Beta", "rs", ("Novinska agencija Beta", "agencija Beta")),
    Agency("HINA", "hr", ("Hina", "Hrvatska izvještajna novinska agencija")),
    Agency("Slovenska tiskovna agencija", "si", ("STA",)),
    Agency("Fena", "ba", ("FENA",)),
    Agency("Media Information Agency", "mk", ("MIA", "МИА")),
    Agency("Baltic News Service", "lt", ("BNS",)),
    Agency("ELTA", "lt", ("Elta",)),
    Agency("LETA", "lv", ("Leta",)),
    Agency("TASS", "ru", ("ТАСС", "ITAR-TASS", "ИТАР-ТАСС", "塔斯社")),
    Agency("RIA Novosti", "ru", ("РИА Новости", "РИА", "RIA", "RIA Nowosti")),
    Agency("Interfax", "ru", ("Интерфакс", "INTERFAX")),
    Agency("Sputnik", "ru", ("Спутник", "سبوتنيك", "卫星社")),
    Agency("Ukrinform", "ua", ("Укрінформ", "Укринформ")),
    Agency("UNIAN", "ua", ("УНІАН", "УНИАН")),
    Agency("Interfax-Ukraine", "ua", ("Інтерфакс-Україна", "Интерфакс-Украина")),
    Agency("BelTA", "by", ("БелТА", "БЕЛТА", "BELTA")),
    Agency("Kazinform", "kz", ("Казинформ", "Қазинформ", "KAZINFORM")),
    Agency("KazTAG", "kz", ("КазТАГ",)),
    Agency("Kabar", "kg", ("Кабар",)),
    Agency("AKIpress", "kg", ("АКИpress", "АКИпресс")),
    Agency("24.kg", "kg", ("ИА 24.kg",)),
    Agency("Uzbekistan National News Agency", "uz", ("УзА", "UzA", "O‘zA", "UZA")),
    Agency("Khovar", "tj", ("Ховар", "НИАТ «Ховар»")),
    Agency("Asia-Plus", "tj", ("Азия-Плюс",)),
    Agency("Armenpress", "am", ("Арменпресс", "Արմենպրես", "ARMENPRESS")),
    Agency("Azertac", "az", ("AZERTAC", "АЗЕРТАДЖ", "AZƏRTAC")),
    Agency("Trend", "az", ("Trend News Agency", "ИА Тренд")),
    Agency("Interpressnews", "ge", ("InterPressNews", "IPN")),
    Agency("Anadolu Agency", "tr", ("AA", "Anadolu Ajansı", "Anadolu", "Анадолу", "الأناضول")),
    Agency("Demirören News Agency", "tr", ("DHA", "Demirören Haber Ajansı")),
    Agency("İhlas News Agency", "tr", ("İHA", "IHA", "İhlas Haber Ajansı")),
    Agency("Xinhua", "cn", ("新华社", "新華社", "XINHUA", "Xinhua News Agency", "Синьхуа", "شينخوا")),
    Agency("China News Service", "cn", ("CNS", "中新社", "中国新闻社", "中新网")),
    Agency("Central News Agency", "tw", ("CNA", "中央社", "中央通訊社")),
    Agency("Kyodo News", "jp", ("Kyodo", "KYODO", "共同通信", "共同通信社", "共同", "共同社")),
    Agency("Jiji Press", "jp", ("Jiji", "JIJI", "時事通信", "時事通信社", "時事", "時事ドットコム")),
    Agency("Yonhap", "kr", ("YONHAP", "Yonhap News Agency", "연합뉴스", "聯合ニュース", "韩联社")),
    Agency("Newsis", "kr", ("뉴시스", "NEWSIS")),
    Agency("News1", "kr", ("뉴스1",)),
    Agency("Korean Central News Agency", "kp", ("KCNA", "조선중앙통신", "朝中社")),
    Agency("Press Trust of India", "in", ("PTI", "पीटीआई", "पीटीआइ")),
    Agency("Asian News International", "in", ("ANI", "एएनआई")),
    Agency("Indo-Asian News Service", "in", ("IANS", "आईएएनएस")),
    Agency("United News of India", "in", ("UNI", "यूएनआई")),
    Agency("Associated Press of Pakistan", "pk", ("APP", "اے پی پی")),
    Agency("Bangladesh Sangbad Sangstha", "bd", ("BSS", "বাসস")),
    Agency("United News of Bangladesh", "bd", ("UNB", "ইউএনবি")),
    Agency("Rastriya Samachar Samiti", "np", ("RSS", "रासस")),
    Agency("Antara", "id", ("ANTARA", "ANTARA News", "LKBN Antara")),
    Agency("Bernama", "my", ("BERNAMA",)),
    Agency("Philippine News Agency", "ph", ("PNA",)),
    Agency("Thai News Agency", "th", ("TNA", "สำนักข่าวไทย")),
    Agency("Vietnam News Agency", "vn", ("VNA", "TTXVN", "Vietnam+")),
    Agency("Australian Associated Press", "au", ("AAP",)),
    Agency("The Canadian Press", "ca", ("Canadian Press", "CP", "La Presse canadienne", "La Presse Canadienne")),
    Agency("United Press International", "us", ("UPI",)),
    Agency("Bloomberg", "us", ("BLOOMBERG", "Bloomberg News", "彭博社")),
    Agency("Dow Jones Newswires", "us", ("DJN", "Dow Jones", "DJ")),
    Agency("City News Service", "us", ("CNS Los Angeles",)),
    Agency("Telam", "ar", ("Télam", "TELAM", "TÉLAM")),
    Agency("Noticias Argentinas", "ar", ("NA",)),
    Agency("Agência Brasil", "br", ("AGÊNCIA BRASIL", "ABr")),
    Agency("Estadão Conteúdo", "br", ("ESTADÃO CONTEÚDO",)),
    Agency("Folhapress", "br", ("FOLHAPRESS",)),
    Agency("Notimex", "mx", ("NOTIMEX",)),
    Agency("Prensa Latina", "cu", ("PL", "PRENSA LATINA")),
    Agency("Andina", "pe", ("Agencia Andina", "ANDINA")),
    Agency("Maghreb Arabe Presse", "ma", ("MAP", "و م ع")),
    Agency("Algérie Presse Service", "dz", ("APS", "وأج")),
    Agency("Tunis Afrique Presse", "tn", ("TAP", "وات")),
    Agency("Middle East News Agency", "eg", ("MENA", "أ ش أ")),
    Agency("Saudi Press Agency", "sa", ("SPA", "واس")),
    Agency("Emirates News Agency", "ae", ("WAM", "وام")),
    Agency("Qatar News Agency", "qa", ("QNA", "قنا")),
    Agency("Kuwait News Agency", "kw", ("KUNA", "كونا")),
    Agency("Petra", "jo", ("بترا",)),
    Agency("National News Agency (Lebanon)", "lb", ("NNA", "الوكالة الوطنية للإعلام")),
    Agency("Syrian Arab News Agency", "sy", ("SANA", "سانا")),
    Agency("Wafa", "ps", ("WAFA", "وفا")),
    Agency("Islamic Republic News Agency", "ir", ("IRNA", "ایرنا", "إرنا")),
    Agency("Iranian Students' News Agency", "ir", ("ISNA", "ایسنا")),
    Agency("Mehr News Agency", "ir", ("MNA", "مهر")),
    Agency("Fars News Agency", "ir", ("فارس", "FNA")),
    Agency("Tasnim News Agency", "ir", ("Tasnim", "تسنیم")),
    Agency("Jewish Telegraphic Agency", "us", ("JTA",)),
    Agency("News Agency of Nigeria", "ng", ("NAN",)),
    Agency("Ghana News Agency", "gh", ("GNA",)),
    Agency("Kenya News Agency", "ke", ("KNA Kenya",)),
    Agency("South African Press Association", "za", ("SAPA",)),
    Agency("African News Agency", "za", ("ANA",)),
    Agency("Agence de Presse Sénégalaise", "sn", ("APS Sénégal",)),
    Agency("Panapress", "int", ("PANA", "Pana Press")),
    Agency("European Pressphoto Agency", "int", ("EPA", "epa", "EPA-EFE", "EPA/EFE", "EPA Images")),
    Agency("Getty Images", "us", ("Getty", "GETTY", "gettyimages")),
    Agency("Imago", "de", ("IMAGO", "imago images", "IMAGO Images")),
    Agency("Picture Alliance", "de", ("picture alliance", "picture-alliance", "dpa picture alliance")),
)  # fmt: skip
"""Wire services first, then national agencies by region, then picture agencies."""

_BRACKETS = " \t\r\n.,;:©()[]«»\"'"
_SHORT_CHARS = 3


def _key(form: str) -> str:
    text = form if form.isascii() else unicodedata.normalize("NFKC", form)
    text = text.strip(_BRACKETS)
    # 'Ap' and 'Pa' in a title-cased byline are names of people; 'AP' and 'ap' are not.
    short = len(text) <= _SHORT_CHARS and text.isascii()
    return text if short and not text.islower() and not text.isupper() else text.casefold()


_BY_KEY: dict[str, Agency] = {
    _key(form): agency for agency in AGENCIES for form in (agency.name, *agency.forms)
}
_PARTS = re.compile(r"\s*[,;/|·•、，+&]\s*|\s+(?:and|und|et|y|e|и|i|with|mit|avec|con)\s+")


def find_agency(form: str) -> Agency | None:
    """Return the agency that a whole token stands for, or None."""
    return _BY_KEY.get(_key(form))


def find_agencies(raw: str) -> tuple[Agency, ...]:
    """Return the agencies of a list such as 'Reuters, AFP/dpa', each once, in its order."""
    whole = find_agency(raw)
    if whole is not None:
        return (whole,)
    found = (find_agency(part) for part in _PARTS.split(raw))
    return tuple(dict.fromkeys(agency for agency in found if agency is not None))


def written_form(raw: str, name: str) -> str:
    """Return the form under which a string credits an agency; its name where that is not told."""
    parts = (part.strip(_BRACKETS) for part in (raw, *_PARTS.split(raw)))
    found = ((part, find_agency(part)) for part in parts)
    return next((part for part, agency in found if agency and agency.name == name), name)


def are_agencies(raw: str) -> bool:
    """Tell whether every part of a list is an agency."""
    if find_agency(raw) is not None:
        return True
    first = _PARTS.split(raw, maxsplit=1)[0]
    if first.strip(_BRACKETS) and find_agency(first) is None:
        return False
    parts = [part for part in _PARTS.split(raw) if part.strip(_BRACKETS)]
    return bool(parts) and all(find_agency(part) is not None for part in parts)
