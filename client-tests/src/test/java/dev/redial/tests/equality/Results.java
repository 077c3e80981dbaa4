package dev.redial.tests.equality;

import dev.redial.tests.kit.RequestSeen;
import java.lang.reflect.Modifier;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import java.util.function.UnaryOperator;

/**
 * What one run of the program saw, and what was seen of it, as named facts. What belongs to a fact
 * has its name and a colon before its own.
 */
final class Results {
  /** What names the client or the run, and how long the client means to stay. */
  private static final Set<String> OWN_FIELDS = Set.of("user-agent", "connection", "x-request-id");

  /** Words of the messages that callers are known to look for. */
  private static final List<String> WORDS =
      List.of(
          "no bytes",
          "fixed content-length",
          "chunked transfer encoding",
          "too many authentication attempts",
          "no credentials provided",
          "timed out");

  private static final int LONG = 300;

  /**
   * A fact on which the two clients differ.
   *
   * @param fact its name
   * @param jdk a dash where there is none
   * @param redial a dash where there is none
   */
  record Difference(String fact, String jdk, String redial) {
    @Override
    public String toString() {
      return fact + ": " + jdk + " with the JDK's client, " + redial + " with Redial";
    }
  }

  private final Map<String, String> facts = new TreeMap<>();
  private final Map<String, Throwable> thrown = new TreeMap<>();
  private final UnaryOperator<String> named;

  /** Facts in which that replaces what differs from run to run. */
  Results(UnaryOperator<String> named) {
    this.named = named;
  }

  void fact(String name, Object value) {
    String text = named.apply(String.valueOf(value));
    boolean isLong = text.length() > LONG && !text.startsWith("[");
    facts.put(
        name,
        isLong
            ? text.length()
                + " characters like "
                + text.substring(0, 20)
                + ", hash "
                + text.hashCode()
            : text);
  }

  /** The outcome of a request, or of reading a body, is a failure. */
  void thrown(String outcome, Throwable failure) {
    boolean wrapped = failure instanceof CompletionException && failure.getCause() != null;
    Throwable itself = wrapped ? failure.getCause() : failure;
    fact(outcome, "thrown");
    fact(outcome + ": is wrapped", wrapped);
    fact(outcome + ": type", documented(itself).getName());
    thrown.put(outcome + ": type", itself);
    Set<String> words = new TreeSet<>();
    for (Throwable t = itself; t != null; t = t.getCause()) {
      String message = String.valueOf(t.getMessage()).toLowerCase(Locale.ROOT);
      WORDS.stream().filter(message::contains).forEach(words::add);
    }
    fact(outcome + ": message", words);
  }

  /** The outcome of a request is a response; its body is another fact. */
  void response(String outcome, HttpResponse<?> response) {
    fact(outcome, "status " + response.statusCode());
    fact(outcome + ": version", response.version());
    fact(outcome + ": uri", response.uri());
    fact(outcome + ": is secure", response.sslSession().isPresent());
    fact(outcome + ": request", response.request().method() + " " + response.request().uri());
    response
        .headers()
        .map()
        .forEach((field, values) -> {
          String lowerCase = field.toLowerCase(Locale.ROOT);
          if (!lowerCase.equals("date")) fact(outcome + ": header " + lowerCase, values);
        });
    fact(outcome + ": previous", previous(response));
  }

  private static List<String> previous(HttpResponse<?> response) {
    List<String> hops = new ArrayList<>();
    Optional<? extends HttpResponse<?>> hop = response.previousResponse();
    while (hop.isPresent()) {
      HttpResponse<?> one = hop.get();
      hops.add(
          one.statusCode() + " " + one.request().method() + " " + one.uri() + " " + one.body());
      hop = one.previousResponse();
    }
    return hops;
  }

  /** What the origins saw. */
  void seen(List<Origins.Seen> requests) {
    fact("server", requests);
    for (int i = 0; i < requests.size(); i++) {
      String name = "server: request " + i;
      Origins.Seen request = requests.get(i);
      fact(name + " body", new String(request.body(), StandardCharsets.UTF_8));
      request.headers().forEach((field, values) -> field(name, field, values.toString()));
    }
  }

  /**
   * What the proxy saw, but for what went through its tunnels; how many tunnels there were to the
   * same origin is a matter of time.
   */
  void seenByProxy(List<RequestSeen> requests) {
    Set<String> tunnels = new TreeSet<>();
    List<RequestSeen> compared =
        requests.stream()
            .filter(one -> !one.method().equals("CONNECT") || tunnels.add(one.target()))
            .toList();
    fact("proxy", compared);
    for (int i = 0; i < compared.size(); i++) {
      String name = "proxy: request " + i;
      for (RequestSeen.Field field : compared.get(i).fields())
        field(name, field.name().toLowerCase(Locale.ROOT), field.value());
    }
  }

  private void field(String request, String name, String value) {
    boolean anyCase = name.equals("expect"); // RFC 9110, section 10.1.1
    if (!OWN_FIELDS.contains(name))
      fact(request + " header " + name, anyCase ? value.toLowerCase(Locale.ROOT) : value);
  }

  /** Everything in which Redial's results differ from the JDK's client's. */
  static List<Difference> differences(Results jdk, Results redial) {
    Set<String> names = new TreeSet<>(jdk.facts.keySet());
    names.addAll(redial.facts.keySet());
    List<Difference> differences = new ArrayList<>();
    for (String name : names) {
      String expected = jdk.facts.getOrDefault(name, "-");
      String actual = redial.facts.getOrDefault(name, "-");
      if (!expected.equals(actual) && !isCaughtAlike(name, jdk, redial))
        differences.add(new Difference(name, expected, actual));
    }
    return differences.stream().filter(one -> !isDetail(one, differences)).toList();
  }

  /** Where a fact differs, all that belongs to it differs. */
  private static boolean isDetail(Difference one, List<Difference> differences) {
    return differences.stream().anyMatch(other -> one.fact().startsWith(other.fact() + ": "));
  }

  /** Whoever catches what the JDK's client throws catches this, too. */
  private static boolean isCaughtAlike(String name, Results jdk, Results redial) {
    Throwable expected = jdk.thrown.get(name);
    Throwable actual = redial.thrown.get(name);
    return expected != null && actual != null && documented(expected).isInstance(actual);
  }

  /** The nearest class that a program can name without knowing its client. */
  private static Class<?> documented(Throwable thrown) {
    Class<?> type = thrown.getClass();
    while (!isDocumented(type)) type = type.getSuperclass();
    return type;
  }

  private static boolean isDocumented(Class<?> type) {
    return type.getPackageName().startsWith("java")
        && Modifier.isPublic(type.getModifiers())
        && type.getModule().isExported(type.getPackageName());
  }
}
