package dev.redial.tests;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A row of {@code responses.txt}, which describes its format itself.
 *
 * @param comment what the row is about
 * @param verdict what the client has to make of it
 * @param method of the request
 * @param status of the answer; 0 if there is none
 * @param body of the answer
 * @param octets what the server sends
 */
record ResponseCase(
    String comment, Verdict verdict, String method, int status, String body, byte[] octets) {

  /** What the client has to make of a response. */
  enum Verdict {
    KEPT,
    CLOSED,
    EOF,
    REFUSE,
    CUT;

    /** Whether the server has to end the connection before the client knows. */
    boolean endsByServer() {
      return this == EOF || this == CUT;
    }
  }

  private static final Pattern ESCAPE =
      Pattern.compile("\\\\(?:x([0-9a-f]{2})|\\{([0-9]+):|(.))|(\\})|([^\\\\}]+)");

  static List<ResponseCase> all() {
    List<ResponseCase> cases = new ArrayList<>();
    String section = "";
    for (String block : text().split("\n\n+", -1)) {
      List<String> comments = new ArrayList<>();
      List<String> lines = new ArrayList<>();
      for (String line : block.split("\n", -1)) {
        if (line.startsWith("## ")) section = line.substring(3);
        else if (line.startsWith("#")) comments.add(line.substring(1).strip());
        else if (!line.isEmpty()) lines.add(line);
      }
      if (!lines.isEmpty()) cases.add(row(section + ": " + String.join(" ", comments), lines));
    }
    return cases;
  }

  private static ResponseCase row(String comment, List<String> lines) {
    String octets = new Unescaping(String.join("", lines.subList(1, lines.size()))).text();
    String[] words = lines.getFirst().split(" ", 5);
    if (!words[0].equals("accept")) {
      Verdict verdict = words[0].equals("cut") ? Verdict.CUT : Verdict.REFUSE;
      return new ResponseCase(comment, verdict, words[1], 0, "", octets.getBytes(ISO_8859_1));
    }
    return new ResponseCase(
        comment,
        Verdict.valueOf(words[3].toUpperCase(Locale.ROOT)),
        words[1],
        Integer.parseInt(words[2]),
        words.length < 5 ? "" : new Unescaping(words[4]).text(),
        octets.getBytes(ISO_8859_1));
  }

  /** Octets with others behind them, as one segment. */
  byte[] followedBy(String more) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    joined.writeBytes(octets);
    joined.writeBytes(more.getBytes(ISO_8859_1));
    return joined.toByteArray();
  }

  @Override
  public String toString() {
    return comment;
  }

  private static String text() {
    try (InputStream in = ResponseCase.class.getResourceAsStream("responses.txt")) {
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Turns escapes into what they stand for. */
  private static final class Unescaping {
    private final Matcher parts;

    Unescaping(String escaped) {
      this.parts = ESCAPE.matcher(escaped);
    }

    /** Up to the end, or that of a repetition. */
    String text() {
      StringBuilder text = new StringBuilder();
      while (parts.find()) {
        if (parts.group(4) != null) return text.toString();
        text.append(part());
      }
      return text.toString();
    }

    private String part() {
      if (parts.group(1) != null)
        return String.valueOf((char) Integer.parseInt(parts.group(1), 16));
      if (parts.group(2) != null) {
        int times = Integer.parseInt(parts.group(2));
        return text().repeat(times);
      }
      if (parts.group(3) == null) return parts.group(5);
      return switch (parts.group(3)) {
        case "r" -> "\r";
        case "n" -> "\n";
        case "t" -> "\t";
        case "s" -> " ";
        case "\\", "}" -> parts.group(3);
        default -> throw new IllegalArgumentException("unknown escape \\" + parts.group(3));
      };
    }
  }
}
