package dev.redial.examples.race;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * What the command line asked for.
 *
 * @param url the server to call; empty for the built-in one
 * @param post whether the load contains POSTs
 * @param duration how long the race lasts
 * @param threads virtual threads per client
 * @param pause the pause between two rounds of calls, before jitter
 * @param help whether only the usage is to be printed
 */
record Options(
    Optional<URI> url, boolean post, Duration duration, int threads, Duration pause, boolean help) {

  static final String USAGE =
      """
      The keep-alive race: the JDK's HttpClient and Redial, side by side, against one server.

        --url URL       call this server instead of the built-in one: GET only, to exactly this URL
        --post          with --url: send POSTs too; the URL must bear being posted to
        --seconds N     length of the race, 1 to 3600 (default 20)
        --threads N     virtual threads per client, 1 to 10000 (default 64)
        --pause-ms N    pause between rounds of calls, 0 to 600000 (default 1000); each pause
                        differs from it by up to 60 ms. Choose the server's keep-alive time
        --help          this text

      Exit status: 0 if Redial lost no GET and repeated no POST, 1 if it did, 2 for bad options.
      """;

  private static final Options DEFAULTS =
      new Options(
          Optional.empty(), false, Duration.ofSeconds(20), 64, Duration.ofSeconds(1), false);

  /**
   * Reads the command line.
   *
   * @throws IllegalArgumentException naming the option and the value that is wrong
   */
  static Options parse(List<String> args) {
    Options options = DEFAULTS;
    Deque<String> rest = new ArrayDeque<>(args);
    while (!rest.isEmpty()) options = options.with(rest.removeFirst(), rest);
    if (options.url.isPresent()) return options;
    if (options.post)
      throw new IllegalArgumentException(
          "--post goes with --url only: the built-in server is always sent POSTs too");
    return options.withPost(true);
  }

  private Options with(String option, Deque<String> rest) {
    return switch (option) {
      case "--help" -> new Options(url, post, duration, threads, pause, true);
      case "--post" -> withPost(true);
      case "--url" -> {
        URI target = httpUrl(value(option, rest));
        yield new Options(Optional.of(target), post, duration, threads, pause, help);
      }
      case "--seconds" -> {
        Duration length = Duration.ofSeconds(number(option, rest, 1, 3600));
        yield new Options(url, post, length, threads, pause, help);
      }
      case "--threads" -> {
        int count = number(option, rest, 1, 10_000);
        yield new Options(url, post, duration, count, pause, help);
      }
      case "--pause-ms" -> {
        Duration length = Duration.ofMillis(number(option, rest, 0, 600_000));
        yield new Options(url, post, duration, threads, length, help);
      }
      default -> throw new IllegalArgumentException("unknown option: " + option);
    };
  }

  private Options withPost(boolean on) {
    return new Options(url, on, duration, threads, pause, help);
  }

  private static String value(String option, Deque<String> rest) {
    if (rest.isEmpty()) throw new IllegalArgumentException(option + " needs a value");
    return rest.removeFirst();
  }

  private static int number(String option, Deque<String> rest, int min, int max) {
    String text = value(option, rest);
    String range = option + " must be a number from " + min + " to " + max + ": " + text;
    try {
      int number = Integer.parseInt(text);
      if (number < min || number > max) throw new IllegalArgumentException(range);
      return number;
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(range, e);
    }
  }

  private static URI httpUrl(String text) {
    String rule = "--url must be an absolute http or https URL: " + text;
    try {
      URI url = new URI(text);
      String scheme = url.getScheme();
      boolean http = "http".equalsIgnoreCase(scheme) || "https".equalsIgnoreCase(scheme);
      if (!http || url.getHost() == null) throw new IllegalArgumentException(rule);
      return url;
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(rule, e);
    }
  }
}
