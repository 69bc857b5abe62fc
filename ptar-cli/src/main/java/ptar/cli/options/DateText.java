package ptar.cli.options;

import static java.util.Map.entry;

import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.Month;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import ptar.tree.Timestamp;

/// Dates as people write them, the part of GNU's `parse_datetime` that scripts use: `@seconds[.fraction]`, ISO 8601,
/// RFC 2822, `22 Nov 2026 10:00 +0100`, `11/22/2026`, `now`, `yesterday 12:00`, `2 days ago`, `last monday`.
public final class DateText {
    private static final Pattern EPOCH = Pattern.compile("@(-?\\d{1,18})(?:[.,](\\d+))?");
    private static final Pattern ISO_DATE = Pattern.compile("(\\d{4,})-(\\d{1,2})-(\\d{1,2})");
    private static final Pattern SLASHED_DATE = Pattern.compile("(\\d{4})/(\\d{1,2})/(\\d{1,2})");
    private static final Pattern US_DATE = Pattern.compile("(\\d{1,2})/(\\d{1,2})(?:/(\\d{4}))?");
    private static final Pattern TIME = Pattern.compile(
            "(\\d{1,2})(?::(\\d{2})(?::(\\d{2})(?:[.,](\\d+))?)?)?(am|pm)?(z|utc|gmt|[+-]\\d{1,2}(?::?\\d{2})?)?");
    private static final Pattern ZONE = Pattern.compile("z|utc|ut|gmt|[+-]\\d{2}:?\\d{2}");
    /// What `date` prints where people live, in hours from UTC; of two meanings that which GNU's has.
    private static final Map<String, Integer> NAMED_ZONES = Map.ofEntries(
            entry("wet", 0), entry("west", 1), entry("bst", 1), entry("cet", 1), entry("cest", 2), entry("met", 1),
            entry("mest", 2), entry("eet", 2), entry("eest", 3), entry("msk", 3), entry("sgt", 8), entry("jst", 9),
            entry("est", -5), entry("edt", -4), entry("cst", -6), entry("cdt", -5), entry("mst", -7),
            entry("mdt", -6), entry("pst", -8), entry("pdt", -7), entry("nzst", 12), entry("nzdt", 13));
    private static final Pattern TOKEN = Pattern.compile("[^\\s,()]+");

    private final ZonedDateTime now;
    private ZonedDateTime at;
    private boolean hasDate;
    private boolean hasTime;
    private ZoneId zone;
    private final List<Runnable> shifts = new ArrayList<>();

    private DateText(ZonedDateTime now) {
        this.now = now;
        this.at = now;
    }

    /// @return null if it is no date
    public static Timestamp parse(String text, ZonedDateTime now) {
        Matcher epoch = EPOCH.matcher(text.strip());
        if (epoch.matches()) {
            return epoch(Long.parseLong(epoch.group(1)), epoch.group(2), epoch.group(1).startsWith("-"));
        }
        try {
            return new DateText(now).parse(text.toLowerCase(Locale.ROOT));
        } catch (DateTimeException | ArithmeticException | NumberFormatException outOfRange) {
            return null;
        }
    }

    private static Timestamp epoch(long seconds, String fraction, boolean negative) {
        int nanos = nanos(fraction);
        return negative && nanos > 0 ? new Timestamp(seconds - 1, 1_000_000_000 - nanos)
                : new Timestamp(seconds, nanos);
    }

    private static int nanos(String fraction) {
        return fraction == null ? 0 : Integer.parseInt((fraction + "000000000").substring(0, 9));
    }

    private Timestamp parse(String text) {
        // `2026-11-22T10:00:00Z` is a date and a time.
        String spaced = text.replaceAll("(\\d)t(\\d)", "$1 $2").replaceAll("(\\d)-([a-z]{3,9})-(\\d)", "$1 $2 $3");
        List<String> tokens = new ArrayList<>();
        Matcher matcher = TOKEN.matcher(spaced);
        while (matcher.find()) {
            tokens.add(matcher.group());
        }
        if (tokens.isEmpty()) {
            return null;
        }
        for (int i = 0; i < tokens.size(); ) {
            int used = take(tokens, i);
            if (used == 0) {
                return null;
            }
            i += used;
        }
        if (hasDate && !hasTime) {
            at = at.with(LocalTime.MIDNIGHT);
        }
        if (zone != null) {
            at = at.withZoneSameLocal(zone);
        }
        shifts.forEach(Runnable::run);
        return new Timestamp(at.toEpochSecond(), at.getNano());
    }

    /// @return how many tokens were understood, 0 for none
    private int take(List<String> tokens, int i) {
        String token = tokens.get(i);
        String next = i + 1 < tokens.size() ? tokens.get(i + 1) : "";
        switch (token) {
            case "now", "at", "on" -> {
                return 1;
            }
            case "today" -> {
                return 1;
            }
            case "yesterday", "tomorrow" -> {
                shift(token.equals("tomorrow") ? 1 : -1, "day");
                return 1;
            }
            case "midnight", "noon" -> {
                at = at.with(token.equals("noon") ? LocalTime.NOON : LocalTime.MIDNIGHT);
                hasTime = true;
                return 1;
            }
            case "am", "pm" -> {
                boolean is12Hours = hasTime && at.getHour() >= 1 && at.getHour() <= 12;
                at = is12Hours ? at.withHour(at.getHour() % 12 + (token.equals("pm") ? 12 : 0)) : at;
                return is12Hours ? 1 : 0;
            }
            case "last", "next", "this" -> {
                return relative(token.equals("last") ? -1 : token.equals("next") ? 1 : 0, next) ? 2 : 0;
            }
            default -> { }
        }
        if (hasDate && hasTime && token.matches("\\d{4}")) { // Sun Nov 22 10:30:05 UTC 2026
            at = at.withYear(Integer.parseInt(token));
            return 1;
        }
        if (takeDate(token) || takeTime(token) || takeZone(token)) {
            return 1;
        }
        int named = takeNamed(tokens, i);
        return named > 0 ? named : takeAmount(tokens, i);
    }

    private boolean takeDate(String token) {
        Matcher iso = ISO_DATE.matcher(token);
        if (iso.matches()) {
            return date(Integer.parseInt(iso.group(1)), Integer.parseInt(iso.group(2)), Integer.parseInt(iso.group(3)));
        }
        Matcher slashed = SLASHED_DATE.matcher(token);
        if (slashed.matches()) {
            return date(
                    Integer.parseInt(slashed.group(1)), Integer.parseInt(slashed.group(2)),
                    Integer.parseInt(slashed.group(3)));
        }
        Matcher us = US_DATE.matcher(token);
        if (us.matches()) {
            int year = us.group(3) == null ? now.getYear() : Integer.parseInt(us.group(3));
            return date(year, Integer.parseInt(us.group(1)), Integer.parseInt(us.group(2)));
        }
        return token.matches("\\d{8}")
                && date(Integer.parseInt(token.substring(0, 4)), Integer.parseInt(token.substring(4, 6)),
                        Integer.parseInt(token.substring(6)));
    }

    private boolean date(int year, int month, int day) {
        at = at.with(LocalDate.of(year, month, day));
        hasDate = true;
        return true;
    }

    private boolean takeTime(String token) {
        Matcher time = TIME.matcher(token);
        if (!time.matches() || time.group(2) == null && time.group(5) == null) {
            return false;
        }
        int minute = time.group(2) == null ? 0 : Integer.parseInt(time.group(2));
        int hour = Integer.parseInt(time.group(1));
        if (time.group(5) != null) {
            if (hour < 1 || hour > 12) {
                return false;
            }
            hour = hour % 12 + (time.group(5).equals("pm") ? 12 : 0);
        }
        int second = time.group(3) == null ? 0 : Integer.parseInt(time.group(3));
        at = at.with(LocalTime.of(hour, minute, second, nanos(time.group(4))));
        hasTime = true;
        if (time.group(6) != null) {
            zone = zoneOf(time.group(6));
        }
        return true;
    }

    private boolean takeZone(String token) {
        if (ZONE.matcher(token).matches()) {
            zone = zoneOf(token);
        } else if (NAMED_ZONES.containsKey(token)) {
            zone = ZoneOffset.ofHours(NAMED_ZONES.get(token));
        } else {
            return false;
        }
        return true;
    }

    private static ZoneId zoneOf(String text) {
        if (Character.isLetter(text.charAt(0))) {
            return ZoneOffset.UTC;
        }
        String digits = text.substring(1).replace(":", "");
        int hours = Integer.parseInt(digits.length() <= 2 ? digits : digits.substring(0, digits.length() - 2));
        int minutes = digits.length() <= 2 ? 0 : Integer.parseInt(digits.substring(digits.length() - 2));
        int sign = text.charAt(0) == '-' ? -1 : 1;
        return ZoneOffset.ofHoursMinutes(sign * hours, sign * minutes);
    }

    /// `22 nov 2026`, `nov 22 2026`, `monday`, `sun` (a day's name beside a date says nothing).
    private int takeNamed(List<String> tokens, int i) {
        String token = tokens.get(i);
        Month month = monthOf(token);
        String next = i + 1 < tokens.size() ? tokens.get(i + 1) : "";
        if (month != null && next.matches("\\d{1,2}")) {
            boolean hasYear = i + 2 < tokens.size() && tokens.get(i + 2).matches("\\d{4}");
            date(hasYear ? Integer.parseInt(tokens.get(i + 2)) : now.getYear(), month.getValue(),
                    Integer.parseInt(next));
            return hasYear ? 3 : 2;
        }
        Month following = monthOf(next);
        if (following != null && token.matches("\\d{1,2}")) {
            boolean hasYear = i + 2 < tokens.size() && tokens.get(i + 2).matches("\\d{4}");
            date(hasYear ? Integer.parseInt(tokens.get(i + 2)) : now.getYear(), following.getValue(),
                    Integer.parseInt(token));
            return hasYear ? 3 : 2;
        }
        DayOfWeek day = dayOf(token);
        if (day == null) {
            return 0;
        }
        if (tokens.size() == 1) {
            at = at.with(TemporalAdjusters.nextOrSame(day));
            hasDate = true;
        }
        return 1;
    }

    /// `3 days`, `3 days ago`, `-1 week`, `+2 hours`.
    private int takeAmount(List<String> tokens, int i) {
        String token = tokens.get(i);
        String next = i + 1 < tokens.size() ? tokens.get(i + 1) : "";
        Matcher joined = Pattern.compile("([+-]?\\d{1,9})([a-z]+)").matcher(token);
        String number = token.matches("[+-]?\\d{1,9}") ? token : joined.matches() ? joined.group(1) : "1";
        String unit = joined.matches() ? joined.group(2) : number.equals("1") && !token.equals("1") ? token : next;
        int used = unit.equals(next) && !joined.matches() && !unit.equals(token) ? 2 : 1;
        if (unitOf(unit) == null) {
            return 0;
        }
        boolean ago = i + used < tokens.size() && tokens.get(i + used).equals("ago");
        shift((ago ? -1L : 1L) * Long.parseLong(number), unit);
        return ago ? used + 1 : used;
    }

    private boolean relative(int amount, String unit) {
        DayOfWeek day = dayOf(unit);
        if (day != null) {
            at = at.with(amount < 0 ? TemporalAdjusters.previous(day) : TemporalAdjusters.next(day));
            hasDate = true;
            return true;
        }
        if (unitOf(unit) == null) {
            return false;
        }
        shift(amount, unit);
        return true;
    }

    private void shift(long amount, String unit) {
        boolean fortnight = unit.startsWith("fortnight");
        shifts.add(() -> {
            // The 31st a month later is the 31st day of that month, which may lie in the one behind it.
            boolean varies = unitOf(unit) == ChronoUnit.MONTHS || unitOf(unit) == ChronoUnit.YEARS;
            at = varies ? at.withDayOfMonth(1).plus(amount, unitOf(unit)).plusDays(at.getDayOfMonth() - 1)
                    : at.plus(fortnight ? 2 * amount : amount, unitOf(unit));
        });
    }

    private static ChronoUnit unitOf(String text) {
        String unit = text.endsWith("s") && text.length() > 1 ? text.substring(0, text.length() - 1) : text;
        return switch (unit) {
            case "sec", "second" -> ChronoUnit.SECONDS;
            case "min", "minute" -> ChronoUnit.MINUTES;
            case "hour" -> ChronoUnit.HOURS;
            case "day" -> ChronoUnit.DAYS;
            case "week", "fortnight" -> ChronoUnit.WEEKS;
            case "month" -> ChronoUnit.MONTHS;
            case "year" -> ChronoUnit.YEARS;
            default -> null;
        };
    }

    private static Month monthOf(String text) {
        for (Month month : Month.values()) {
            if (isNamed(text, month.name())) {
                return month;
            }
        }
        return null;
    }

    private static DayOfWeek dayOf(String text) {
        for (DayOfWeek day : DayOfWeek.values()) {
            if (isNamed(text, day.name())) {
                return day;
            }
        }
        return null;
    }

    private static boolean isNamed(String text, String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        String plain = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
        return plain.equals(lower) || plain.length() >= 3 && plain.length() <= 4 && lower.startsWith(plain);
    }
}
