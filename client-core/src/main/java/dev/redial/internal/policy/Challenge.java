package dev.redial.internal.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * One challenge of a server or proxy: a scheme and its parameters (RFC 9110, section 11.3).
 *
 * @param scheme in lower case
 * @param parameters by name, whatever its case
 */
public record Challenge(String scheme, Map<String, String> parameters) {

  /** Copies the parameters. */
  public Challenge {
    Map<String, String> copy = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    copy.putAll(parameters);
    parameters = copy;
  }

  /**
   * Reads the challenges of all field lines; one line may hold several.
   *
   * @param lines values of {@code WWW-Authenticate} or {@code Proxy-Authenticate}
   * @return what could be read; the rest of a line that makes no sense is passed over
   */
  public static List<Challenge> parse(List<String> lines) {
    List<Challenge> challenges = new ArrayList<>();
    for (String line : lines) new Reader(line).into(challenges);
    return challenges;
  }

  /**
   * The protection space.
   *
   * @return the realm, empty if none is named
   */
  public String realm() {
    return parameters.getOrDefault("realm", "");
  }

  /** One line: {@code scheme [ token68 | name=value *( , name=value ) ] *( , scheme ... )}. */
  private static final class Reader {
    private final String line;
    private int at;

    Reader(String line) {
      this.line = line;
    }

    void into(List<Challenge> challenges) {
      skip(" \t,");
      String scheme = token();
      while (!scheme.isEmpty()) {
        Map<String, String> parameters = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        String next = parameters(parameters);
        challenges.add(new Challenge(scheme.toLowerCase(Locale.ROOT), parameters));
        scheme = next;
      }
    }

    /** Reads parameters up to the next scheme, which it returns; empty at the end of the line. */
    private String parameters(Map<String, String> parameters) {
      while (at < line.length()) {
        skip(" \t,");
        String name = token();
        if (name.isEmpty()) return "";
        int afterName = at;
        skip(" \t");
        if (peek() != '=') {
          at = afterName;
          return name;
        }
        if (isToken68End()) continue;
        at++;
        skip(" \t");
        parameters.put(name, peek() == '"' ? quoted() : token());
      }
      return "";
    }

    /** A token68 may end in {@code =}, behind which comes no value. */
    private boolean isToken68End() {
      int end = at;
      while (end < line.length() && line.charAt(end) == '=') end++;
      while (end < line.length() && " \t".indexOf(line.charAt(end)) >= 0) end++;
      boolean nothingFollows = end == line.length() || line.charAt(end) == ',';
      if (nothingFollows) at = end;
      return nothingFollows;
    }

    private String quoted() {
      StringBuilder value = new StringBuilder();
      at++;
      while (at < line.length() && line.charAt(at) != '"') {
        if (line.charAt(at) == '\\' && at + 1 < line.length()) at++;
        value.append(line.charAt(at++));
      }
      at++;
      return value.toString();
    }

    private String token() {
      int from = at;
      while (at < line.length() && " \t,=\"".indexOf(line.charAt(at)) < 0) at++;
      return line.substring(from, at);
    }

    private char peek() {
      return at < line.length() ? line.charAt(at) : '\0';
    }

    private void skip(String characters) {
      while (at < line.length() && characters.indexOf(line.charAt(at)) >= 0) at++;
    }
  }
}
