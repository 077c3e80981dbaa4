package dev.redial.internal.policy;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The {@code Retry-After} field, in both of its forms (RFC 9110, section 10.2.3). */
public final class RetryAfter {
  private static final Duration LONGEST = Duration.ofDays(36_500);

  private static final DateTimeFormatter PREFERRED =
      lenient("d MMM uuuu HH:mm:ss ['GMT']['UTC']").toFormatter(Locale.ENGLISH);
  private static final DateTimeFormatter ASCTIME =
      lenient("MMM ppd HH:mm:ss uuuu").toFormatter(Locale.ENGLISH);

  private RetryAfter() {}

  /**
   * How long to wait.
   *
   * @param value of the field
   * @param now the present time
   * @return zero for a date that has passed; empty if the value is neither seconds nor a date
   */
  public static Optional<Duration> parse(String value, Instant now) {
    String text = value.strip();
    if (text.isEmpty()) return Optional.empty();
    if (text.chars().allMatch(c -> c >= '0' && c <= '9')) return Optional.of(capped(seconds(text)));
    String date = withoutWeekday(text).replace(":60 ", ":59 "); // a leap second
    for (DateTimeFormatter format : List.of(PREFERRED, twoDigitYears(now), ASCTIME)) {
      try {
        Instant then = LocalDateTime.parse(date, format).toInstant(ZoneOffset.UTC);
        Duration wait = Duration.between(now, then);
        return Optional.of(wait.isNegative() ? Duration.ZERO : capped(wait));
      } catch (DateTimeException e) {
        // Not this form; another one may fit.
      }
    }
    return Optional.empty();
  }

  /** It says nothing that the date does not, and may be wrong. */
  private static String withoutWeekday(String text) {
    int comma = text.indexOf(',');
    int end = comma < 0 ? text.indexOf(' ') : comma;
    return text.substring(end + 1).stripLeading();
  }

  /** Recipients are to be robust (RFC 9110, section 5.6.7). */
  private static DateTimeFormatterBuilder lenient(String pattern) {
    return new DateTimeFormatterBuilder().parseCaseInsensitive().appendPattern(pattern);
  }

  /** A year that seems to be more than 50 years away has passed (RFC 9110, section 5.6.7). */
  private static DateTimeFormatter twoDigitYears(Instant now) {
    int earliest = now.atOffset(ZoneOffset.UTC).getYear() - 49;
    return lenient("d-MMM-")
        .appendValueReduced(ChronoField.YEAR, 2, 2, earliest)
        .appendPattern(" HH:mm:ss 'GMT'")
        .toFormatter(Locale.ENGLISH);
  }

  private static Duration seconds(String digits) {
    return digits.length() > 10 ? LONGEST : Duration.ofSeconds(Long.parseLong(digits));
  }

  /** In nanoseconds it must fit into a long. */
  private static Duration capped(Duration wait) {
    return wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
  }
}
