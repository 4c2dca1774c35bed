/**
 * Names of months and days in each language, as CLDR 48.0 (Unicode License v3) has them and Intl writes them.
 * Made by `npm run calendar`.
 */

/** From January to December: long and short names, as they stand alone and beside a day, folded. */
// biome-ignore format: a language is a line
export const monthForms = {
  en: 'january jan|february feb|march mar|april apr|may|june jun|july jul|august aug|september sep|october oct|november nov|december dec',
  de: 'januar jan|februar feb|märz mär|april apr|mai|juni jun|juli jul|august aug|september sep sept|oktober okt|november nov|dezember dez',
  fr: 'janvier janv|février févr|mars|avril avr|mai|juin|juillet juil|août|septembre sept|octobre oct|novembre nov|décembre déc',
  es: 'enero ene|febrero feb|marzo mar|abril abr|mayo may|junio jun|julio jul|agosto ago|septiembre sept|octubre oct|noviembre nov|diciembre dic',
  it: 'gennaio gen|febbraio feb|marzo mar|aprile apr|maggio mag|giugno giu|luglio lug|agosto ago|settembre set|ottobre ott|novembre nov|dicembre dic',
  pt: 'janeiro jan|fevereiro fev|março mar|abril abr|maio mai|junho jun|julho jul|agosto ago|setembro set|outubro out|novembro nov|dezembro dez',
  nl: 'januari jan|februari feb|maart mrt|april apr|mei|juni jun|juli jul|augustus aug|september sep|oktober okt|november nov|december dec',
  ru: 'январь января янв|февраль февраля февр|март марта мар|апрель апреля апр|май мая|июнь июня июн|июль июля июл|август августа авг|сентябрь сентября сент|октябрь октября окт|ноябрь ноября нояб|декабрь декабря дек',
  uk: 'січень січня січ|лютий лютого лют|березень березня бер|квітень квітня квіт|травень травня трав|червень червня черв|липень липня лип|серпень серпня серп|вересень вересня вер|жовтень жовтня жовт|листопад листопада лист|грудень грудня груд',
  pl: 'styczeń stycznia sty|luty lutego lut|marzec marca mar|kwiecień kwietnia kwi|maj maja|czerwiec czerwca cze|lipiec lipca lip|sierpień sierpnia sie|wrzesień września wrz|październik października paź|listopad listopada lis|grudzień grudnia gru',
  cs: 'leden ledna led|únor února úno|březen března bře|duben dubna dub|květen května kvě|červen června čvn|červenec července čvc|srpen srpna srp|září zář|říjen října říj|listopad listopadu lis|prosinec prosince pro',
  sk: 'január januára jan|február februára feb|marec marca mar|apríl apríla apr|máj mája|jún júna|júl júla|august augusta aug|september septembra sep|október októbra okt|november novembra nov|december decembra dec',
  sv: 'januari jan|februari feb|mars|april apr|maj|juni|juli|augusti aug|september sep|oktober okt|november nov|december dec',
  da: 'januar jan|februar feb|marts mar|april apr|maj|juni jun|juli jul|august aug|september sep|oktober okt|november nov|december dec',
  nb: 'januar jan|februar feb|mars mar|april apr|mai|juni jun|juli jul|august aug|september sep|oktober okt|november nov|desember des',
  fi: 'tammikuu tammikuuta tammi|helmikuu helmikuuta helmi|maaliskuu maaliskuuta maalis|huhtikuu huhtikuuta huhti|toukokuu toukokuuta touko|kesäkuu kesäkuuta kesä|heinäkuu heinäkuuta heinä|elokuu elokuuta elo|syyskuu syyskuuta syys|lokakuu lokakuuta loka|marraskuu marraskuuta marras|joulukuu joulukuuta joulu',
  hu: 'január jan|február febr|március márc|április ápr|május máj|június jún|július júl|augusztus aug|szeptember szept|október okt|november nov|december dec',
  ro: 'ianuarie ian|februarie feb|martie mar|aprilie apr|mai|iunie iun|iulie iul|august aug|septembrie sept|octombrie oct|noiembrie nov|decembrie dec',
  tr: 'ocak oca|şubat şub|mart mar|nisan nis|mayıs may|haziran haz|temmuz tem|ağustos ağu|eylül eyl|ekim eki|kasım kas|aralık ara',
  id: 'januari jan|februari feb|maret mar|april apr|mei|juni jun|juli jul|agustus agu|september sep|oktober okt|november nov|desember des',
  hr: 'siječanj siječnja sij|veljača veljače velj|ožujak ožujka ožu|travanj travnja tra|svibanj svibnja svi|lipanj lipnja lip|srpanj srpnja srp|kolovoz kolovoza kol|rujan rujna ruj|listopad listopada lis|studeni studenoga stu|prosinac prosinca pro',
  sl: 'januar jan|februar feb|marec mar|april apr|maj|junij jun|julij jul|avgust avg|september sep|oktober okt|november nov|december dec',
  et: 'jaanuar jaan|veebruar veebr|märts|aprill apr|mai|juuni|juuli|august aug|september sept|oktoober okt|november nov|detsember dets',
  lv: 'janvāris janv|februāris febr|marts|aprīlis apr|maijs|jūnijs jūn|jūlijs jūl|augusts aug|septembris sept|oktobris okt|novembris nov|decembris dec',
  el: 'ιανουαρίου ιαν|φεβρουαρίου φεβ|μαρτίου μαρ|απριλίου απρ|μαΐου μαΐ|ιουνίου ιουν|ιουλίου ιουλ|αυγούστου αυγ|σεπτεμβρίου σεπ|οκτωβρίου οκτ|νοεμβρίου νοε|δεκεμβρίου δεκ',
} as const;

/** From Monday to Sunday: long and short names. */
// biome-ignore format: a language is a line
export const dayNames = {
  en: ['Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday', 'Mon|Tue|Wed|Thu|Fri|Sat|Sun'],
  de: ['Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonntag', 'Mo|Di|Mi|Do|Fr|Sa|So'],
  fr: ['lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche', 'lun|mar|mer|jeu|ven|sam|dim'],
  es: ['lunes|martes|miércoles|jueves|viernes|sábado|domingo', 'lun|mar|mié|jue|vie|sáb|dom'],
  it: ['lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica', 'lun|mar|mer|gio|ven|sab|dom'],
  pt: ['segunda-feira|terça-feira|quarta-feira|quinta-feira|sexta-feira|sábado|domingo', 'seg|ter|qua|qui|sex|sáb|dom'],
  nl: ['maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag', 'ma|di|wo|do|vr|za|zo'],
  ru: ['понедельник|вторник|среда|четверг|пятница|суббота|воскресенье', 'пн|вт|ср|чт|пт|сб|вс'],
  uk: ['понеділок|вівторок|середа|четвер|пʼятниця|субота|неділя', 'пн|вт|ср|чт|пт|сб|нд'],
  pl: ['poniedziałek|wtorek|środa|czwartek|piątek|sobota|niedziela', 'pon|wt|śr|czw|pt|sob|niedz'],
  cs: ['pondělí|úterý|středa|čtvrtek|pátek|sobota|neděle', 'po|út|st|čt|pá|so|ne'],
  sk: ['pondelok|utorok|streda|štvrtok|piatok|sobota|nedeľa', 'po|ut|st|št|pi|so|ne'],
  sv: ['måndag|tisdag|onsdag|torsdag|fredag|lördag|söndag', 'mån|tis|ons|tors|fre|lör|sön'],
  da: ['mandag|tirsdag|onsdag|torsdag|fredag|lørdag|søndag', 'man|tirs|ons|tors|fre|lør|søn'],
  nb: ['mandag|tirsdag|onsdag|torsdag|fredag|lørdag|søndag', 'man|tir|ons|tor|fre|lør|søn'],
  fi: ['maanantai|tiistai|keskiviikko|torstai|perjantai|lauantai|sunnuntai', 'ma|ti|ke|to|pe|la|su'],
  hu: ['hétfő|kedd|szerda|csütörtök|péntek|szombat|vasárnap', 'H|K|Sze|Cs|P|Szo|V'],
  ro: ['luni|marți|miercuri|joi|vineri|sâmbătă|duminică', 'lun|mar|mie|joi|vin|sâm|dum'],
  tr: ['Pazartesi|Salı|Çarşamba|Perşembe|Cuma|Cumartesi|Pazar', 'Pzt|Sal|Çar|Per|Cum|Cmt|Paz'],
  id: ['Senin|Selasa|Rabu|Kamis|Jumat|Sabtu|Minggu', 'Sen|Sel|Rab|Kam|Jum|Sab|Min'],
  hr: ['ponedjeljak|utorak|srijeda|četvrtak|petak|subota|nedjelja', 'pon|uto|sri|čet|pet|sub|ned'],
  sl: ['ponedeljek|torek|sreda|četrtek|petek|sobota|nedelja', 'pon|tor|sre|čet|pet|sob|ned'],
  et: ['esmaspäev|teisipäev|kolmapäev|neljapäev|reede|laupäev|pühapäev', 'E|T|K|N|R|L|P'],
  lv: ['Pirmdiena|Otrdiena|Trešdiena|Ceturtdiena|Piektdiena|Sestdiena|Svētdiena', 'Pirmd|Otrd|Trešd|Ceturtd|Piektd|Sestd|Svētd'],
  el: ['Δευτέρα|Τρίτη|Τετάρτη|Πέμπτη|Παρασκευή|Σάββατο|Κυριακή', 'Δευ|Τρί|Τετ|Πέμ|Παρ|Σάβ|Κυρ'],
} as const;
