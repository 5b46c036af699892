"""The wording of pages that stand before the article: challenges, cookie and script walls."""
# ruff: noqa: RUF001, E501 (wording in several scripts, one phrase a line)

from __future__ import annotations

import re

from expectations.texts import text_size

WALL_MAX_SIZE = 1500
"""No wall is longer; a longer text that speaks of cookies is about them."""

WALL_SURE_SIZE = 500
"""Up to this size one phrase is enough, above it two different ones are needed."""

# By a word that stands in each of them: most texts need no closer look.
_WORDING: dict[str, tuple[str, ...]] = {
    "robot": (
        r"are you a robot",
        r"(?:verify(?:ing)?|confirm|prove) (?:that )?you(?: are|['’]re) not a robot",
        r"(?:sie |ich bin )?kein roboter",
        r"pas un robot",
        r"(?:no eres|no soy|no es) un robot",
        r"non (?:sei|sono) un robot",
        r"geen robot",
        r"nie jeste[śm]\w* robotem",
        r"robot olmadığınızı",
    ),
    "robô": (r"não (?:é|sou) um robô",),
    "робот": (r"не робот",),
    "человек": (r"что вы человек",),
    "людин": (r"що ви людина",),
    "human": (
        r"(?:verify(?:ing)?|confirm|prove) (?:that )?you(?: are|['’]re) (?:a )?human",
        r"are you (?:a )?human\b",
    ),
    "humain": (r"(?:vérifi\w+|confirm\w+) que vous êtes (?:un )?humain",),
    "captcha": (r"(?:complete|solve) (?:the|this|a) captcha", r"captcha (?:lösen|eingeben)"),
    "ロボット": (r"ロボットではありません",),
    "人間": (r"人間であることを",),
    "验证": (r"验证您是(?:真人|人类)", r"人机验证"),
    "拒绝": (r"访问被拒绝",),
    "روبوت": (r"لست (?:برنامج )?روبوت",),
    "browser": (
        r"checking your browser",
        r"überprüf\w* (?:ihres|ihren|des) browsers?",
        r"browser is (?:not supported|no longer supported|out of date|outdated)",
    ),
    "браузер": (r"проверк\w+ (?:вашего )?браузера", r"перевірк\w+ (?:вашого )?браузера"),
    "secur": (
        r"(?:checking )?if the site connection is secure",
        r"security check to access",
        r"performance (?:&|and) security by",
        r"security service to protect itself",
    ),
    "ddos": (r"ddos protection by",),
    "ray id": (r"\bray id\b",),
    "traffic": (r"unusual traffic from your", r"automated traffic"),
    "activity": (r"unusual activity from your",),
    "automated": (r"automated (?:requests|access) (?:from|to|is|are)",),
    "blocked": (r"you have been blocked", r"your ip (?:address )?(?:has been|is|was) blocked"),
    "denied": (r"access (?:to this (?:page|site|resource) )?(?:has been |is )?denied",),
    "verweigert": (r"zugriff verweigert",),
    "refusé": (r"accès refusé",),
    "denegado": (r"acceso denegado",),
    "negato": (r"accesso negato",),
    "negado": (r"acesso negado",),
    "доступ": (r"доступ (?:запрещ[её]н|ограничен|заборонено)",),
    "press": (r"press (?:&|and) hold",),
    "permission": (r"you (?:don['’]t|do not) have permission to (?:access|view)",),
    "javascript": (
        r"(?:enable|turn on|requires?|activate) javascript",
        r"javascript (?:is |must be )?(?:disabled|enabled|required|not available)",
        r"javascript (?:aktivieren|einschalten|ist deaktiviert)",
        r"(?:activer|activez|désactivé) javascript",
        r"javascript est désactivé",
        r"(?:habilit[ae]r?|activ[ae]r?|attiva(?:re)?|ative) (?:o |el )?javascript",
        r"включите javascript",
        r"увімкніть javascript",
    ),
    "block": (
        r"(?:disable|turn off|pause) (?:your )?ad ?-?blocker",
        r"ad ?-?blocker (?:detected|erkannt|deaktivieren)",
    ),
    "before you": (r"before you continue to",),
    "consent": (r"(?:manage|change|review) (?:your )?consent (?:settings|preferences|choices)",),
    "privacy": (r"(?:manage|change|review) (?:your )?privacy (?:settings|preferences|choices)",),
    "partners": (r"our (?:\d+ )?partners (?:store|process|use)\b",),
    "mit werbung": (r"mit werbung (?:weiterlesen|und cookies)",),
    "cookie": (
        r"(?:we|this (?:web)?site|our (?:web)?site)(?: and our partners)? uses? cookies",
        r"accept (?:all )?cookies",
        r"enable cookies",
        r"(?:manage|change|review) (?:your )?cookie (?:settings|preferences|choices)",
        r"(?:wir|diese (?:web)?seite)(?: und unsere partner)? (?:verwenden|nutzen|setzen|verwendet|nutzt|setzt) cookies",
        r"(?:alle )?cookies (?:akzeptieren|zulassen)",
        r"(?:nous|ce site|notre site)(?: et nos partenaires)? utilis(?:ons|e)(?: des| les)? cookies",
        r"accepte[rz] (?:tous )?les cookies",
        r"utilizamos cookies",
        r"(?:este sitio|esta web|este site) (?:usa|utiliza) cookies",
        r"ace(?:p|i)tar (?:todas |todos )?(?:las |os )?cookies",
        r"utilizziamo (?:i )?cookie",
        r"questo sito (?:usa|utilizza) (?:i )?cookie",
        r"accetta(?:re)? (?:tutti )?i cookie",
        r"(?:wij|we|deze (?:web)?site) (?:gebruiken|gebruikt|maakt gebruik van) cookies",
        r"cookies accepteren",
        r"używa(?:my)? (?:plików )?cookies?",
        r"akceptuj\w* (?:wszystkie )?(?:pliki )?cookies?",
        r"использу(?:ем|ет) (?:файлы )?cookie",
        r"принять (?:все )?(?:файлы )?cookie",
        r"використову(?:ємо|є) (?:файли )?cookie",
        r"使用\s?cookie",
        r"接受(?:所有|全部)?\s?cookie",
        r"cookie\s?(?:を使用|に同意)",
    ),
    "куки": (r"использу(?:ем|ет) (?:файлы )?куки", r"принять (?:все )?(?:файлы )?куки"),
    "кукі": (r"використову(?:ємо|є) (?:файли )?кукі",),
    "çerez": (r"çerez(?:ler)?i? (?:kullan|kabul)",),
    "الارتباط": (r"ملفات تعريف الارتباط",),
}
_PATTERNS = {word: re.compile("|".join(phrases)) for word, phrases in _WORDING.items()}

_HEADLINES = re.compile(
    r"(?:just a moment|attention required|access denied|access to this page has been denied"
    r"|are you a robot|robot or human|verify you are human|security check(?:point)?|please wait"
    r"|one moment,? please|pardon our interruption|before you continue|human verification|ddos-guard"
    r"|checking your browser|einen moment|un instant|un momento|один момент|подождите)"
    r"[\s.!?…]*(?:[|–—-].*)?",
    re.IGNORECASE,
)


def wall_phrase(headline: str, body: str) -> str:
    """Return the words by which a page is a wall before the article, "" where it is none."""
    if len(body) > 2 * WALL_MAX_SIZE or (size := text_size(body)) > WALL_MAX_SIZE:
        return ""
    if _HEADLINES.fullmatch(headline.strip()):
        return headline
    plain = body.lower()
    found = {
        match.group()
        for word, pattern in _PATTERNS.items()
        if word in plain
        for match in pattern.finditer(plain)
    }
    return " … ".join(sorted(found)) if len(found) > 1 or size <= WALL_SURE_SIZE else ""
