package dev.redial.internal.http1;

import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The fields of a head or a trailer section, over octets that {@link FieldLines} found valid.
 *
 * <p>Nothing is decoded before it is asked for. A value is read as ISO-8859-1, without the blanks
 * around it, and with each fold turned into one blank. Immutable, provided nobody changes the
 * octets.
 */
final class FieldSection {
  private static final HttpHeaders NONE = HttpHeaders.of(Map.of(), (name, value) -> true);

  private final byte[] octets;
  private final int from;
  private final int to;

  /** The field lines from one index to another, with or without the empty line after them. */
  FieldSection(byte[] octets, int from, int to) {
    this.octets = octets;
    this.from = from;
    this.to = to;
  }

  /** The value of the first field of that name. */
  Optional<String> first(String lowerCaseName) {
    Cursor cursor = new Cursor();
    while (cursor.next()) if (cursor.isNamed(lowerCaseName)) return Optional.of(cursor.value());
    return Optional.empty();
  }

  /** The values of all fields of that name, in the order received. */
  List<String> all(String lowerCaseName) {
    List<String> values = new ArrayList<>();
    Cursor cursor = new Cursor();
    while (cursor.next()) if (cursor.isNamed(lowerCaseName)) values.add(cursor.value());
    return List.copyOf(values);
  }

  /** All fields; each field line is a value of its own. */
  HttpHeaders headers() {
    Cursor cursor = new Cursor();
    if (!cursor.next()) return NONE;
    Map<String, List<String>> fields = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    do {
      fields.computeIfAbsent(cursor.name(), name -> new ArrayList<>(1)).add(cursor.value());
    } while (cursor.next());
    return HttpHeaders.of(fields, (name, value) -> true);
  }

  /** Whether octets are a given field name, which is in lower case; names ignore case. */
  static boolean isNamed(byte[] octets, int from, int to, String lowerCaseName) {
    if (to - from != lowerCaseName.length()) return false;
    for (int i = from; i < to; i++)
      if (lowerCase(octets[i]) != lowerCaseName.charAt(i - from)) return false;
    return true;
  }

  private static int lowerCase(byte octet) {
    return octet >= 'A' && octet <= 'Z' ? octet + ('a' - 'A') : octet;
  }

  /** Blank or part of a fold; there are no other line ends inside a valid value. */
  static boolean isBlank(byte octet) {
    return octet == ' ' || octet == '\t' || octet == '\r' || octet == '\n';
  }

  /** The index of the first octet that is not blank, or the end. */
  static int skipBlanks(byte[] octets, int from, int to) {
    int i = from;
    while (i < to && isBlank(octets[i])) i++;
    return i;
  }

  /** Goes from field to field. */
  private final class Cursor {
    private int name;
    private int colon;
    private int valueEnd = from;
    private boolean folded;

    boolean next() {
      name = valueEnd;
      if (name >= to || isBlank(octets[name])) return false;
      colon = name;
      while (octets[colon] != ':') colon++;
      folded = false;
      valueEnd = lineAfter(colon);
      while (valueEnd < to && (octets[valueEnd] == ' ' || octets[valueEnd] == '\t')) {
        folded = true;
        valueEnd = lineAfter(valueEnd);
      }
      return true;
    }

    boolean isNamed(String lowerCaseName) {
      return FieldSection.isNamed(octets, name, colon, lowerCaseName);
    }

    String name() {
      return new String(octets, name, colon - name, StandardCharsets.US_ASCII);
    }

    String value() {
      int start = colon + 1;
      int end = valueEnd;
      while (start < end && isBlank(octets[start])) start++;
      while (start < end && isBlank(octets[end - 1])) end--;
      if (folded && start < end) return unfolded(start, end);
      return new String(octets, start, end - start, StandardCharsets.ISO_8859_1);
    }

    /** The first and the last octet are not blank, so no run of blanks reaches the end. */
    private String unfolded(int start, int end) {
      StringBuilder value = new StringBuilder(end - start);
      int i = start;
      while (i < end) {
        int run = i;
        boolean fold = false;
        for (; isBlank(octets[i]); i++) fold |= octets[i] == '\n';
        if (fold) value.append(' ');
        else for (int blank = run; blank < i; blank++) value.append((char) octets[blank]);
        value.append((char) (octets[i++] & 0xff));
      }
      return value.toString();
    }

    private int lineAfter(int i) {
      while (octets[i] != '\n') i++;
      return i + 1;
    }
  }
}
