package dev.redial.tests.kit;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** A request as it came off the wire. */
public final class RequestSeen {
  /** The header field by which tests tell one logical request from another. */
  public static final String ID_FIELD = "X-Request-Id";

  private final String method;
  private final String target;
  private final List<Field> fields;
  private final byte[] body;

  /**
   * One header field.
   *
   * @param name as sent
   * @param value without the surrounding blanks
   */
  public record Field(String name, String value) {}

  RequestSeen(String method, String target, List<Field> fields, byte[] body) {
    this.method = method;
    this.target = target;
    this.fields = List.copyOf(fields);
    this.body = body.clone();
  }

  RequestSeen withBody(byte[] octets) {
    return new RequestSeen(method, target, fields, octets);
  }

  /** The method. */
  public String method() {
    return method;
  }

  /** The request target, as sent. */
  public String target() {
    return target;
  }

  /** All fields, in order. */
  public List<Field> fields() {
    return fields;
  }

  /** The values of all fields of that name, in order. */
  public List<String> all(String name) {
    return fields.stream().filter(f -> f.name().equalsIgnoreCase(name)).map(Field::value).toList();
  }

  /** The value of the only field of that name; more than one is an error. */
  public Optional<String> field(String name) {
    List<String> values = all(name);
    if (values.size() > 1) throw new AssertionError(name + " was sent " + values);
    return values.stream().findFirst();
  }

  /** The id by which tests tell logical requests apart; empty if there is none. */
  public String id() {
    return field(ID_FIELD).orElse("");
  }

  /** The octets of the body, framing removed; empty if only the head was read. */
  public byte[] body() {
    return body.clone();
  }

  /** The body as text. */
  public String text() {
    return new String(body, StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return method + " " + target;
  }
}
