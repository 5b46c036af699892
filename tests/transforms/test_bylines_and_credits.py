# ruff: noqa: RUF001 (tables of texts in several scripts, one a line)
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.agencies import AGENCIES, are_agencies, find_agencies, find_agency, written_form
from transforms.bylines import picture_credits, read_names
from transforms.credit_lines import read_credit_line, read_dateline


@pytest.mark.parametrize(
    ("raw", "people"),
    [
        ("By Jane Doe", ("Jane Doe",)),
        ("Von Max Muster und Erika Beispiel", ("Max Muster", "Erika Beispiel")),
        ("Par Jeanne Dupont et Paul Martin", ("Jeanne Dupont", "Paul Martin")),
        ("Por Ana Pérez y Luis Gómez", ("Ana Pérez", "Luis Gómez")),
        ("Автор: Иван Петров и Анна Смирнова", ("Иван Петров", "Анна Смирнова")),
        ("Jane Doe, Senior Political Correspondent", ("Jane Doe",)),
        ("Jane Doe, Staff Writer, and Max Roe in Almaty", ("Jane Doe", "Max Roe")),
        ("Jane Doe Staff Writer", ("Jane Doe",)),
        ("Jane Doe (jane@example.org)", ("Jane Doe",)),
        ("jane@example.org", ()),
        ("Jane Doe @janedoe", ("Jane Doe",)),
        ("Jane Doe | Max Roe; Ann Poe", ("Jane Doe", "Max Roe", "Ann Poe")),
        ("Dr. Max Kolb", ("Dr. Max Kolb",)),
        ("山田太郎記者", ("山田太郎",)),
        ("Jane Doe, Jane Doe", ("Jane Doe",)),
        ("https://example.org/authors/jane", ()),
        ("Updated 5 min read", ()),
        (
            "By by Jane Doe, Max Roe and Ann Poe December 16, 2016, 4:19 PM",
            ("Jane Doe", "Max Roe", "Ann Poe"),
        ),
        ("Von Max Muster Fr, 18. Oktober 2019", ("Max Muster",)),
        # what stands behind the date of a whole name is no name
        ("Von Max Muster Mi, 18. Oktober 2023 um 12:50 Uhr Junges Leben", ("Max Muster",)),
        ("Ana Pérez, Luis Gómez y Eva Ruiz Hace 13 horas", ("Ana Pérez", "Luis Gómez", "Eva Ruiz")),
        ("Jane Doe vor 5 Stunden Mehr", ("Jane Doe",)),
        ("3 May 2021 | Jane Doe", ("Jane Doe",)),
        ("By Jane Doe last updated", ("Jane Doe",)),
        ("Last updated: January 7, 2025", ()),
        ("Tiempo de lectura: 8 minutos", ()),
        # who did something else
        ("von Max Muster Foto: © Erika Beispiel", ("Max Muster",)),
        ("Text von Max Muster Illustration von Erika Beispiel", ("Max Muster",)),
        ("Autor: Max Muster Quelle: Küstenkurier", ("Max Muster",)),
        ("Written by Jane Doe Edited by Max Roe", ("Jane Doe",)),
        ("Photograph by Jane Doe, Lagoon Restoration Programme", ()),
        # a link's text and its title; a position without a comma; what is no name
        ("By Jane Doe Jane Doe Opinion writer reporting from the lagoon", ("Jane Doe",)),
        ("Jane Doe CEO", ("Jane Doe",)),
        ("Jane Doe Founder at Lagoon Boats", ("Jane Doe",)),
        ("Roving Reporter", ("Roving Reporter",)),
        ("Society for Ferries", ("Society for Ferries",)),
        ("See full bio", ()),
        # names that are months, too
        ("By April Doe", ("April Doe",)),
        ("Laura June Roe and June Poe", ("Laura June Roe", "June Poe")),
        ("December 16", ()),
        ("Dec. 19, 2025 · Jane Doe", ("Jane Doe",)),
        ("Sat, 20 Dec, 2025", ()),
        ("Posted by Jane Doe at 18:52", ("Jane Doe",)),
        ("Eingestellt von Max Muster am 2.5.2020", ("Max Muster",)),
        ("Zeige alle Beiträge von Max Muster", ("Max Muster",)),
        ("More stories by Jane Doe", ("Jane Doe",)),
        ("By Jane Doe 5 minute read", ("Jane Doe",)),
        ("Text und Interview: Max Muster", ("Max Muster",)),
        ("Jane Doe; Foto: Max Muster", ("Jane Doe",)),
        ("Photo by Max Roe", ()),
        ("周启明 2017-03-01", ("周启明",)),
        ("[山田太郎]", ("山田太郎",)),
        ("文● 山田太郎", ("山田太郎",)),
        ("About the author", ()),
        ("No Author", ()),
        ("Name *", ()),
    ],
)
def test_people_in_a_byline(raw: str, people: tuple[str, ...]) -> None:
    assert read_names(raw).people == people


@pytest.mark.parametrize(
    "raw",
    [
        "News Desk",
        "BR24 Redaktion",
        "The Daily Times",
        "ndr.de",
        "MND Staff",
        "Harbour Editorial Team",
        "wordpressadmin",
        "Landesanstalt der Küste",
    ],
)
def test_organisations_are_not_taken_for_people(raw: str) -> None:
    names = read_names(raw)
    assert names.people == ()
    assert names.desks == (raw,)


def test_the_outlets_own_name_is_no_person() -> None:
    assert read_names("Le Matin", site_names=["Le Matin"]).people == ()


@pytest.mark.parametrize("raw", ["Jobs & Boats", "Coast-Courier", "COAST COURIER"])
def test_the_outlets_own_name_is_a_desk_however_it_is_written(raw: str) -> None:
    names = read_names(raw, site_names=["Jobs and Boats", "Jobs & Boats", "coastcourier"])
    assert (names.people, names.desks) == ((), (raw,))


def test_the_outlets_name_after_a_persons_is_dropped() -> None:
    found = read_names("By Jane Doe Coast Courier Staff", site_names=["Coast Courier"])
    assert (found.people, found.desks) == (("Jane Doe",), ())


@pytest.mark.parametrize(
    ("raw", "form"), [("Jane Doe und Max Roe, dpa", "dpa"), ("(AFP)", "AFP"), ("x", "Reuters")]
)
def test_an_agency_keeps_the_form_in_which_it_was_written(raw: str, form: str) -> None:
    found = find_agencies(raw)
    assert written_form(raw, found[0].name if found else "Reuters") == form


FORMS = [(form, agency.name) for agency in AGENCIES for form in (agency.name, *agency.forms)]


@pytest.mark.parametrize(("form", "name"), FORMS)
def test_each_form_of_each_agency_is_known_in_a_list(form: str, name: str) -> None:
    assert [agency.name for agency in find_agencies(form)] == [name]
    names = read_names(form)
    assert (names.people, names.desks, names.agencies) == ((), (), (form,))


def test_an_agency_in_a_byline_is_an_agency() -> None:
    names = read_names("Max Muster, dpa")
    assert (names.people, names.agencies) == (("Max Muster",), ("dpa",))


@given(st.text(max_size=200))
def test_any_byline_can_be_read(raw: str) -> None:
    names = read_names(raw)
    assert all(name.strip() for name in (*names.people, *names.desks, *names.agencies))


def test_there_are_at_least_sixty_agencies_each_form_of_one_only() -> None:
    assert len(AGENCIES) >= 60
    assert len({agency.name for agency in AGENCIES}) == len(AGENCIES)
    owners: dict[str, set[str]] = {}
    for agency in AGENCIES:
        for form in (agency.name, *agency.forms):
            owners.setdefault(form, set()).add(agency.name)
            assert find_agency(form) is not None
    assert {form: names for form, names in owners.items() if len(names) > 1} == {}


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ("AFP", "Agence France-Presse"),
        ("АФП", "Agence France-Presse"),
        ("dpa", "Deutsche Presse-Agentur"),
        ("ТАСС", "TASS"),
        ("РИА Новости", "RIA Novosti"),
        ("新华社", "Xinhua"),
        ("共同通信", "Kyodo News"),
        ("연합뉴스", "Yonhap"),
        ("أ ف ب", "Agence France-Presse"),
        ("(Reuters)", "Reuters"),
        ("ΑΠΕ-ΜΠΕ", "Athens-Macedonian News Agency"),
    ],
)
def test_agencies_in_several_scripts(form: str, name: str) -> None:
    found = find_agency(form)
    assert found is not None
    assert found.name == name


def test_words_of_names_are_no_agencies() -> None:
    assert find_agency("Ap") is None
    assert not are_agencies("Jane Doe")
    assert find_agencies("Jane Doe, Max Roe") == ()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "rc/rt (Reuters, AFP, AP)",
            [
                "desk rc",
                "desk rt",
                "agency Reuters",
                "agency Agence France-Presse",
                "agency Associated Press",
            ],
        ),
        (
            "kl/mb (dpa, AFP)",
            ["desk kl", "desk mb", "agency Deutsche Presse-Agentur", "agency Agence France-Presse"],
        ),
        ("(AFP, Reuters)", ["agency Agence France-Presse", "agency Reuters"]),
        ("(dpa/lno)", ["agency Deutsche Presse-Agentur", "desk lno"]),
        ("Quelle: dpa", ["agency Deutsche Presse-Agentur"]),
        ("Source: AFP", ["agency Agence France-Presse"]),
        ("Источник: ТАСС", ["agency TASS"]),
        ("Reuters", ["agency Reuters"]),
        ("AFP/Reuters", ["agency Agence France-Presse", "agency Reuters"]),
        ("Edited by: Jane Doe", ["desk Jane Doe"]),
        ("(责编：林朔、周启明)", ["desk 林朔", "desk 周启明"]),
        (
            "(Reporting by Jane Doe and Max Roe; Editing by Ann Poe)",
            ["author Jane Doe", "author Max Roe", "desk Ann Poe"],
        ),
    ],
)
def test_a_credit_line_tells_who_did_what(line: str, expected: list[str]) -> None:
    found = read_credit_line(line)
    assert found is not None
    assert [f"{credit.role} {credit.name}" for credit in found] == expected
    assert {credit.raw for credit in found} == {line}


@pytest.mark.parametrize(
    "text",
    [
        "The council voted on Tuesday.",
        "(see above)",
        "He told Reuters that the ferry would stop.",
        "Source: the ministry of transport said so in a letter to all towns",
        "",
    ],
)
def test_sentences_are_no_credit_lines(text: str) -> None:
    assert read_credit_line(text) is None


@pytest.mark.parametrize(
    ("text", "dateline", "agencies"),
    [
        (
            "NUR-SULTAN, Jan 13 (Reuters) - Troops left.",
            "NUR-SULTAN, Jan 13 (Reuters)",
            ("Reuters",),
        ),
        (
            "ALMATY, Kazakhstan (AP) — Shops opened.",
            "ALMATY, Kazakhstan (AP)",
            ("Associated Press",),
        ),
        ("Berlin (dpa) - Der Rat tagt.", "Berlin (dpa)", ("Deutsche Presse-Agentur",)),
        (
            "Hamburg/Kiel (dpa/lno) – Der Rat tagt.",
            "Hamburg/Kiel (dpa/lno)",
            ("Deutsche Presse-Agentur",),
        ),
        ("BERLIN -- The agency says so.", "BERLIN", ()),
        ("新华社北京1月13日电 会议召开。", "新华社北京1月13日电", ("Xinhua",)),
        ("(AFP) - The council met.", "(AFP)", ("Agence France-Presse",)),
        ("МОСКВА, 13 января (ТАСС). Войска вышли.", "МОСКВА, 13 января (ТАСС).", ("TASS",)),
    ],
)
def test_a_dateline_is_read_with_its_agencies(
    text: str, dateline: str, agencies: tuple[str, ...]
) -> None:
    found = read_dateline(text)
    assert found is not None
    assert found.text.rstrip(".") == dateline.rstrip(".")
    assert found.agencies == agencies


@pytest.mark.parametrize(
    "text",
    [
        "The council (of ten) - met.",
        "On Tuesday - a cold day - the council met.",
        "He said so (twice) and left.",
        "NATO said that it would help.",
        "",
    ],
)
def test_sentences_have_no_dateline(text: str) -> None:
    assert read_dateline(text) is None


def test_a_picture_credit_names_photographer_and_agencies() -> None:
    found = [(c.role, c.name) for c in picture_credits("Photo: Jane Doe/AFP via Getty Images")]
    assert found == [
        ("photographer", "Jane Doe"),
        ("agency", "Agence France-Presse"),
        ("agency", "Getty Images"),
    ]


def test_an_unknown_agency_is_known_by_its_place_in_a_dateline() -> None:
    text = "PORT ELM, Jan 11 (Lagoon Wire) - The troops of the pact will leave."
    dateline = read_dateline(text)
    assert dateline is not None
    assert dateline.text == "PORT ELM, Jan 11 (Lagoon Wire)"
    assert dateline.agencies == ("Lagoon Wire",)
    assert text[dateline.chars :].startswith("The troops")


@pytest.mark.parametrize(
    "text",
    [
        "Miller (Harbour Party) - who came late - voted against it.",
        "PORT ELM (population 4,000) - The town voted.",
        "The mayor, Jan 11 (see page 4) - a date that nobody forgets.",
    ],
)
def test_a_bracket_is_no_agency_without_date_or_capitals(text: str) -> None:
    assert read_dateline(text) is None


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("lm/og (Lagoon Wire)", ["lm", "og", "Lagoon Wire"]),
        ("dpa/rl", ["Deutsche Presse-Agentur", "rl"]),
        ("Foto: dpa", ["Deutsche Presse-Agentur"]),
        ("Le Journal du Port avec AFP et Reuters", ["Agence France-Presse", "Reuters"]),
        ("综合路透社、法新社报道", ["Reuters", "Agence France-Presse"]),
    ],
)
def test_names_are_read_in_credit_lines_without_a_label(line: str, names: list[str]) -> None:
    assert [credit.name for credit in read_credit_line(line) or []] == names


def test_han_names_parted_by_spaces() -> None:
    assert read_names("周启明 林朔").people == ("周启明", "林朔")
    assert read_names("田中 太郎").people == ("田中 太郎",)


@pytest.mark.parametrize(
    ("raw", "people"),
    [
        ("Published by Jane Doe A sailor who writes of the coast", ("Jane Doe",)),
        ("Jane Doe is a sailor who writes of the coast", ("Jane Doe",)),
        ("Max Muster ist freier Autor und Seemann", ("Max Muster",)),
        ("Jane Doe Follow Sailor, writer and mother", ("Jane Doe",)),
        ("Anna The Great", ("Anna The Great",)),
        ("Jane Doe, MD", ("Jane Doe",)),
        ("Jane Doe, Ph.D., and Max Roe, R.N.", ("Jane Doe", "Max Roe")),
        ("John Doe, Jr., and Max Roe III", ("John Doe Jr", "Max Roe III")),
        ("Ma, Jane Doe", ("Ma", "Jane Doe")),  # a family name, not a degree
        ("Jane Doe Published: 28 Apr, 2020 CET.", ("Jane Doe",)),
        ("Post by sailor12 » Sat Feb 24, 2024 12:41 pm", ("sailor12",)),
        ("sailor12 said, on August 3, 2019 at 3:12 pm", ()),  # in a comment
        ("Zur Person Alle Beiträge", ()),
        ("Autorin: Erika Beispiel, Projektleiterin der Hafenstiftung", ("Erika Beispiel",)),
        ("Ein Artikel von Erika Beispiel | 27.01.2022 - 12:45", ("Erika Beispiel",)),
        ("文● 山田太郎", ("山田太郎",)),
        ("文：山田太郎", ("山田太郎",)),
        ("文化太郎", ("文化太郎",)),
    ],
)
def test_what_stands_behind_a_name_is_no_part_of_it(raw: str, people: tuple[str, ...]) -> None:
    assert read_names(raw).people == people


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Text: Jane Doe", ["Jane Doe"]),
        ("Autor: Max Muster", ["Max Muster"]),
        ("Words: Jane Doe, Max Roe Photos: Ann Poe", ["Jane Doe", "Max Roe"]),
        ("(Von: Max Muster)", ["Max Muster"]),
    ],
)
def test_a_line_below_the_text_says_who_wrote_it(line: str, names: list[str]) -> None:
    found = read_credit_line(line)
    assert found is not None
    assert [(credit.role, credit.name, credit.origin) for credit in found] == [
        ("author", name, "byline") for name in names
    ]


@pytest.mark.parametrize(
    "line", ["Text: the ferry is closed", "Author: unknown", "By: popular demand", "Text: Ferry"]
)
def test_a_label_before_other_words_names_no_writer(line: str) -> None:
    assert not read_credit_line(line)
