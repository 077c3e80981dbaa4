package dev.redial.internal.http1;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A second decoder for whole responses: strings and regular expressions, as close to the grammar of
 * RFC 9112 as possible, slow, without limits. It decides as docs/parsing.md says.
 */
public final class ReferenceDecoder {
  private static final String TEXT = "[\\t\\x20-\\x7e\\x80-\\xff]*+";
  private static final String LINE_END = "\\r?\\n";
  private static final String NAME = "[!#$%&'*+.^_`|~0-9A-Za-z-]++";
  private static final Pattern HEAD =
      Pattern.compile(
          "(?:\\r?\\n)*+HTTP/1\\.([0-9]) ([1-9][0-9][0-9])(?: "
              + TEXT
              + ")?"
              + LINE_END
              + fields(LINE_END));
  private static final String UNQUOTED = "[\\t\\x20!\\x23-\\x7e\\x80-\\xff]*+";
  private static final String QUOTED =
      "\"(?:[\\t\\x20!\\x23-\\x5b\\x5d-\\x7e\\x80-\\xff]|\\\\[\\t\\x20-\\x7e\\x80-\\xff])*+\"";
  private static final Pattern CHUNK_LINE =
      Pattern.compile(
          "([0-9A-Fa-f]++)[ \\t]*+(?:;" + UNQUOTED + "(?:" + QUOTED + UNQUOTED + ")*+)?\\r\\n");
  private static final Pattern DATA_END = Pattern.compile("\\r\\n");
  private static final Pattern TRAILERS = Pattern.compile(fields("\\r\\n"));
  private static final Pattern CODING =
      Pattern.compile(
          "(" + NAME + ")[ \\t]*+(;(?:\"(?:\\\\.|[^\"\\\\])*+(?:\"|\\\\?$)|[^\",])*+)?");

  /** What came of it. */
  public sealed interface Result {
    /** With the fields by name: header maps do not keep the order of names. */
    default Result sorted() {
      return this;
    }

    /** A whole response; {@code end} is the index after its last octet. */
    record Complete(
        int status,
        int minor,
        Framing framing,
        boolean persistent,
        List<String> fields,
        String body,
        List<String> trailers,
        int end)
        implements Result {
      @Override
      public Result sorted() {
        return new Complete(
            status, minor, framing, persistent, byName(fields), body, byName(trailers), end);
      }

      /** Header maps keep the first spelling of a name. */
      private static List<String> byName(List<String> fields) {
        Map<String, List<String>> byName = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String field : fields) {
          int colon = field.indexOf(": ");
          byName
              .computeIfAbsent(field.substring(0, colon), name -> new ArrayList<>())
              .add(field.substring(colon + 2));
        }
        return byName.entrySet().stream()
            .flatMap(entry -> entry.getValue().stream().map(value -> entry.getKey() + ": " + value))
            .toList();
      }
    }

    /** The beginning of a response. */
    record Incomplete() implements Result {}

    /** Not even that. */
    record Malformed() implements Result {}
  }

  private static final class Stop extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient Result result;

    Stop(Result result) {
      super(null, null, false, false);
      this.result = result;
    }
  }

  private final String input;
  private int at;

  private ReferenceDecoder(String input) {
    this.input = input;
  }

  /** Decodes a response that was sent whole, with nothing after it but the end of the stream. */
  public static Result decode(String input, String method) {
    try {
      return new ReferenceDecoder(input).response(method);
    } catch (Stop e) {
      return e.result;
    }
  }

  private Result response(String method) throws Stop {
    Matcher head = match(HEAD);
    int minor = head.group(1).equals("0") ? 0 : 1;
    int status = Integer.parseInt(head.group(2));
    List<String> fields = list(head.group(3));
    Framing framing = framing(status, minor, fields, method);
    List<String> trailers = List.of();
    StringBuilder body = new StringBuilder();
    if (framing instanceof Framing.Fixed fixed)
      body.append(take(BigInteger.valueOf(fixed.length())));
    if (framing instanceof Framing.UntilClose)
      body.append(take(BigInteger.valueOf(input.length() - at)));
    if (framing instanceof Framing.Chunked) trailers = chunks(body);
    boolean persistent = persistent(status, minor, fields, framing);
    return new Result.Complete(
        status, minor, framing, persistent, fields, body.toString(), trailers, at);
  }

  private List<String> chunks(StringBuilder body) throws Stop {
    while (true) {
      BigInteger size = new BigInteger(chunkSize(), 16);
      if (size.signum() == 0) return list(match(TRAILERS).group(1));
      body.append(take(size));
      match(DATA_END);
    }
  }

  /**
   * A size that is too large is found at the digit that makes it so, not at the end of the line.
   */
  private String chunkSize() throws Stop {
    Matcher digits = Pattern.compile("[0-9A-Fa-f]*").matcher(input).region(at, input.length());
    if (digits.lookingAt()
        && digits.end() > at
        && new BigInteger(digits.group(), 16).bitLength() > 63) throw malformed();
    return match(CHUNK_LINE).group(1);
  }

  private static Framing framing(int status, int minor, List<String> fields, String method)
      throws Stop {
    if (method.equals("HEAD") || status / 100 == 1) return Framing.EMPTY;
    if (status == 204 || status == 304) return Framing.EMPTY;
    if (method.equals("CONNECT") && status / 100 == 2) return Framing.EMPTY;
    List<String> codings = values(fields, "transfer-encoding");
    List<String> lengths = values(fields, "content-length");
    if (!codings.isEmpty()) {
      if (!lengths.isEmpty() || minor == 0) throw malformed();
      return lastCoding(codings).equals("chunked") ? Framing.CHUNKED : Framing.UNTIL_CLOSE;
    }
    return lengths.isEmpty() ? Framing.UNTIL_CLOSE : new Framing.Fixed(length(lengths));
  }

  private static long length(List<String> values) throws Stop {
    Set<BigInteger> numbers = new HashSet<>();
    for (String number : String.join(",", values).split(",", -1)) {
      if (!number.replaceAll("^[ \\t]+|[ \\t]+$", "").matches("[0-9]+")) throw malformed();
      numbers.add(new BigInteger(number.strip()));
    }
    BigInteger length = numbers.iterator().next();
    if (numbers.size() != 1 || length.bitLength() > 63) throw malformed();
    return length.longValueExact();
  }

  private static String lastCoding(List<String> values) throws Stop {
    List<String> names = new ArrayList<>();
    for (String value : values) {
      String rest = value;
      while (true) {
        rest = rest.replaceFirst("^[ \\t]+", "");
        Matcher coding = CODING.matcher(rest);
        if (coding.lookingAt()) {
          names.add(coding.group(1).toLowerCase(Locale.ROOT));
          if (names.getLast().equals("chunked") && coding.group(2) != null) throw malformed();
          rest = rest.substring(coding.end()).replaceFirst("^[ \\t]+", "");
        }
        if (rest.isEmpty()) break;
        if (rest.charAt(0) != ',') throw malformed();
        rest = rest.substring(1);
      }
    }
    if (names.isEmpty() || names.stream().filter("chunked"::equals).count() > 1) throw malformed();
    return names.getLast();
  }

  private static boolean persistent(int status, int minor, List<String> fields, Framing framing) {
    List<String> options = new ArrayList<>();
    for (String value : values(fields, "connection"))
      options.addAll(List.of(value.toLowerCase(Locale.ROOT).split("[^!#$%&'*+.^_`|~0-9a-z-]+")));
    if (options.contains("close") || status == 101) return false;
    if (status == 204 && !values(fields, "transfer-encoding").isEmpty()) return false;
    if (status == 204 && !saysZero(values(fields, "content-length"))) return false;
    return !(framing instanceof Framing.UntilClose)
        && (minor == 1 || options.contains("keep-alive"));
  }

  private static boolean saysZero(List<String> lengths) {
    try {
      return lengths.isEmpty() || length(lengths) == 0;
    } catch (Stop invalid) {
      return false;
    }
  }

  private String take(BigInteger octets) throws Stop {
    if (octets.compareTo(BigInteger.valueOf(input.length() - at)) > 0)
      throw new Stop(new Result.Incomplete());
    String taken = input.substring(at, at + octets.intValueExact());
    at += taken.length();
    return taken;
  }

  /** If the input ended before the expression could decide, more input might have matched it. */
  @SuppressWarnings("JdkObsolete") // hitEnd() says just what is asked here
  private Matcher match(Pattern pattern) throws Stop {
    Matcher matcher = pattern.matcher(input).region(at, input.length());
    if (!matcher.lookingAt())
      throw matcher.hitEnd() ? new Stop(new Result.Incomplete()) : malformed();
    at = matcher.end();
    return matcher;
  }

  private static Stop malformed() {
    return new Stop(new Result.Malformed());
  }

  private static String fields(String lineEnd) {
    String field = NAME + ":" + TEXT + "(?:" + lineEnd + "[ \\t]" + TEXT + ")*+" + lineEnd;
    return "((?:" + field + ")*+)" + lineEnd;
  }

  /** Each field as {@code name: value}. */
  private static List<String> list(String lines) {
    String unfolded = lines.replaceAll("[ \\t]*(?:\\r?\\n[ \\t]+)+", " ");
    List<String> fields = new ArrayList<>();
    for (String line : unfolded.split("\\r?\\n", -1)) {
      if (line.isEmpty()) continue;
      int colon = line.indexOf(':');
      fields.add(
          line.substring(0, colon)
              + ": "
              + line.substring(colon + 1).replaceAll("^[ \\t]+|[ \\t]+$", ""));
    }
    return fields;
  }

  private static List<String> values(List<String> fields, String name) {
    return fields.stream()
        .filter(field -> field.toLowerCase(Locale.ROOT).startsWith(name + ": "))
        .map(field -> field.substring(name.length() + 2))
        .toList();
  }
}
