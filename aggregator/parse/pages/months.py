"""Names of months, and words for spans of time, in the languages that pages are written in."""

from __future__ import annotations

# Twelve names each, "/" between spellings; cut-off forms of three letters and more are known as well where they are
# unmistakable within their language.
_NAMES = {
    "en": "january february march april may june july august september/sept october november december",
    "de": "januar/jänner/jaenner februar/feber märz/maerz/mrz april mai juni juli august september oktober november "
    "dezember",
    "fr": "janvier février/fevrier mars avril mai juin juillet/juil août/aout septembre octobre novembre "
    "décembre/decembre",
    "es": "enero/ene febrero marzo abril/abr mayo junio julio agosto/ago septiembre/setiembre/set octubre noviembre "
    "diciembre/dic",
    "it": "gennaio/gen febbraio marzo aprile maggio/mag giugno/giu luglio/lug agosto settembre/set ottobre/ott "
    "novembre dicembre/dic",
    "pt": "janeiro fevereiro/fev março/marco abril/abr maio/mai junho julho agosto/ago setembro/set outubro/out "
    "novembro dezembro/dez",
    "nl": "januari februari maart/mrt april mei juni juli augustus september oktober november december",
    "lb": "januar/janeeër februar/februar mäerz abrëll mee juni juli august september oktober november dezember",
    "ca": "gener/gen febrer març/marc abril maig juny juliol/jul agost setembre octubre novembre desembre",
    "sv": "januari februari mars april maj juni juli augusti september oktober november december",
    "da": "januar februar marts april maj juni juli august september oktober november december",
    "no": "januar februar mars april mai juni juli august september oktober november desember",
    "is": "janúar febrúar mars apríl maí júní júlí ágúst september október nóvember desember",
    "fi": "tammikuuta/tammikuu helmikuuta/helmikuu maaliskuuta/maaliskuu huhtikuuta/huhtikuu toukokuuta/toukokuu "
    "kesäkuuta/kesäkuu heinäkuuta/heinäkuu elokuuta/elokuu syyskuuta/syyskuu lokakuuta/lokakuu marraskuuta/marraskuu "
    "joulukuuta/joulukuu",
    "et": "jaanuar veebruar märts aprill mai juuni juuli august september oktoober november detsember",
    "lv": "janvāris/janvārī februāris/februārī marts/martā aprīlis/aprīlī maijs/maijā jūnijs/jūnijā jūlijs/jūlijā "
    "augusts/augustā septembris/septembrī oktobris/oktobrī novembris/novembrī decembris/decembrī",
    "lt": "sausio/sausis vasario/vasaris kovo/kovas balandžio/balandis gegužės/gegužė birželio/birželis liepos/liepa "
    "rugpjūčio/rugpjūtis rugsėjo/rugsėjis spalio/spalis lapkričio/lapkritis gruodžio/gruodis",
    "pl": "stycznia/styczeń/sty lutego/luty/lut marca/marzec kwietnia/kwiecień maja/maj czerwca/czerwiec lipca/lipiec "
    "sierpnia/sierpień września/wrzesień października/październik/paź listopada/listopad grudnia/grudzień",
    "cs": "ledna/leden února/únor března/březen dubna/duben května/květen června/červen července/červenec "
    "srpna/srpen září/zari října/říjen listopadu/listopad prosince/prosinec",
    "sk": "januára/január februára/február marca/marec apríla/apríl mája/máj júna/jún júla/júl augusta/august "
    "septembra/september októbra/október novembra/november decembra/december",
    "hu": "január február március/márc április/ápr május/máj június/jún július/júl augusztus szeptember/szept október "
    "november december",
    "ro": "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie",
    "hr": "siječnja/siječanj veljače/veljača ožujka/ožujak travnja/travanj svibnja/svibanj lipnja/lipanj srpnja/srpanj "
    "kolovoza/kolovoz rujna/rujan listopada/listopad studenoga/studeni/studenog prosinca/prosinac",
    "sl": "januarja/januar februarja/februar marca/marec aprila/april maja/maj junija/junij julija/julij "
    "avgusta/avgust septembra/september oktobra/oktober novembra/november decembra/december",
    "tr": "ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık",
    "id": "januari februari maret april mei juni juli agustus september oktober november desember",
    "ru": "января/январь/янв февраля/февраль/фев марта/март/мар апреля/апрель/апр мая/май июня/июнь/июн "
    "июля/июль/июл августа/август/авг сентября/сентябрь/сен/сент октября/октябрь/окт ноября/ноябрь/ноя "
    "декабря/декабрь/дек",
    "uk": "січня/січень лютого/лютий березня/березень квітня/квітень травня/травень червня/червень липня/липень "
    "серпня/серпень вересня/вересень жовтня/жовтень листопада/листопад грудня/грудень",
    "bg": "януари февруари март април май юни юли август септември октомври ноември декември",
    "el": "ιανουαρίου/ιανουάριος φεβρουαρίου/φεβρουάριος μαρτίου/μάρτιος απριλίου/απρίλιος μαΐου/μάιος/μαίου "
    "ιουνίου/ιούνιος ιουλίου/ιούλιος αυγούστου/αύγουστος σεπτεμβρίου/σεπτέμβριος οκτωβρίου/οκτώβριος "
    "νοεμβρίου/νοέμβριος δεκεμβρίου/δεκέμβριος",
    "ar": "يناير فبراير مارس أبريل/ابريل/إبريل مايو يونيو/يونيه يوليو/يوليه أغسطس/اغسطس سبتمبر أكتوبر/اكتوبر نوفمبر "
    "ديسمبر",
    "he": "בינואר/ינואר בפברואר/פברואר במרץ/מרץ/מרס באפריל/אפריל במאי/מאי ביוני/יוני ביולי/יולי באוגוסט/אוגוסט "
    "בספטמבר/ספטמבר באוקטובר/אוקטובר בנובמבר/נובמבר בדצמבר/דצמבר",
    "hi": "जनवरी फरवरी/फ़रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर/सितम्बर अक्टूबर/अक्तूबर नवंबर/नवम्बर दिसंबर/दिसम्बर",
    "th": "มกราคม/ม.ค กุมภาพันธ์/ก.พ มีนาคม/มี.ค เมษายน/เม.ย พฤษภาคม/พ.ค มิถุนายน/มิ.ย กรกฎาคม/ก.ค สิงหาคม/ส.ค "
    "กันยายน/ก.ย ตุลาคม/ต.ค พฤศจิกายน/พ.ย ธันวาคม/ธ.ค",
}
_SHORTEST = 3

# How many seconds; a month and a year as people count them.
_SPANS = """
1: second seconds sec secs sekunde sekunden seconde secondes segundo segundos secondi seconden секунд 秒 秒钟 초
60: minute minutes min mins minuten minuto minutos minuti minuut minuter minutter минут минуты минуту хвилин minut
60: minuty dakika 分 分钟 分鐘 분 دقيقة دقائق
3600: hour hours hr hrs h stunde stunden std heure heures hora horas ora ore uur timmar timer timme time час часа часов
3600: годин години godzin godziny godzinę hodin hodinami saat 小时 小時 時間 时间 시간 ساعة ساعات
86400: day days d tag tage tagen jour jours día días dia dias giorno giorni dag dagen dagar dage дней дня день днів дні
86400: dni dzień dnů dny gün 天 日 일 يوم أيام
604800: week weeks w woche wochen semaine semaines semana semanas settimana settimane weken veckor vecka uger uge
604800: недель недели неделю tygodni tydzień týdny hafta 周 週 週間 星期 주
2592000: month months monat monate monaten mois mes meses mês mese mesi maand maanden månad månader måneder måned
2592000: месяц месяца месяцев miesiąc miesiące ay 个月 個月 か月 ヶ月 개월
60: minutt minutten
3600: stonn stonnen
86400: tg j deeg
604800: wk wks sem
2592000: mo mos mount méint
31536000: yr yrs joer
31536000: year years jahr jahre jahren an ans année années año años ano anos anno anni jaar jaren år год года лет
31536000: rok lata lat yıl 年 년
"""
_DAYS_BACK = """
0: today heute aujourd'hui aujourd’hui hoy hoje oggi vandaag idag сегодня сьогодні dziś dzisiaj dnes bugün haut
0: 今日 今天 오늘 本日 اليوم
1: yesterday gestern hier ayer ontem ieri gisteren igår вчера вчора wczoraj včera dün gëschter 昨日 昨天 어제 أمس
"""


def _table(lines: str) -> dict[str, int]:
    """Return the numbers of words that are listed behind them."""
    table = {}
    for line in lines.strip().splitlines():
        number, _, words = line.partition(":")
        table.update(dict.fromkeys(words.split(), int(number)))
    return table


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


SPANS_S = _table(_SPANS)
DAYS_BACK = _table(_DAYS_BACK)
AGO = _words("ago vor virun viru hace fa há atrás geleden sedan siden назад тому temu před önce 前 전 منذ för")
ONE = _words("a an one ein einer einem engem enger eine un une uno una um uma een en один одну jeden")


def _read(names: str) -> dict[str, int]:
    months: dict[str, int] = {}
    spellings = [each.split("/") for each in names.split()]
    for number, written in enumerate(spellings, start=1):
        for name in written:
            months[name] = number
    for number, written in enumerate(spellings, start=1):
        name = written[0]
        for length in range(_SHORTEST, len(name)):
            start = name[:length]
            others = (other[0] for each, other in enumerate(spellings, start=1) if each != number)
            if not any(other.startswith(start) for other in others):
                months.setdefault(start, number)
    return months


_BY_LANGUAGE = {language: _read(names) for language, names in _NAMES.items()}
_BY_LANGUAGE["nb"] = _BY_LANGUAGE["nn"] = _BY_LANGUAGE["no"]
_ANY: dict[str, int] = {}
for _months in _BY_LANGUAGE.values():
    for _name, _number in _months.items():
        _ANY.setdefault(_name, _number)
_SPELLED_OUT = frozenset(name for names in _NAMES.values() for name in names.replace("/", " ").split())


def month_number(name: str, language: str | None = None, *, has_year: bool = True) -> int | None:
    """Return the month that a word names, in that language (a code of two letters) or else in any we know.

    Beside no year, three letters and cut-off names count in the page's own language only: "2 out" is a day in
    Portuguese alone, "LIST 26" in Polish.
    """
    name = name.casefold().rstrip(".,’'")
    own = _BY_LANGUAGE.get(language or "", {}).get(name) or _BY_LANGUAGE["en"].get(name)
    is_plain = has_year or language not in _BY_LANGUAGE or (len(name) > _SHORTEST and name in _SPELLED_OUT)
    if own or not is_plain:
        return own
    return _ANY.get(name)
