package dev.redial.internal.http1;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What a fuzzer's octets mean to the harnesses: the first says the method, the second how the rest
 * is cut, and the rest is what a server sends.
 *
 * @param method of the request
 * @param text what the server sends
 * @param cuts a seed for the cuts
 */
public record FuzzInput(String method, String text, int cuts) {
  /** So long an input reaches every state, and the reference still copes with it. */
  private static final int LONGEST = 2048;

  private static final List<String> METHODS = List.of("GET", "HEAD", "POST", "CONNECT");
  private static final int SEEDS = 300;

  /** An input, cut off where it is too long to be of use. */
  public static FuzzInput of(byte[] octets) {
    if (octets.length < 2) return new FuzzInput("GET", "", 0);
    byte[] rest = Arrays.copyOfRange(octets, 2, Math.min(octets.length, LONGEST + 2));
    return new FuzzInput(
        METHODS.get(octets[0] & 3), new String(rest, StandardCharsets.ISO_8859_1), octets[1]);
  }

  /** Random responses, nearly all of them to GET; always the same ones. */
  public static Stream<byte[]> seeds() {
    Random random = new Random(4711);
    RandomResponse responses = new RandomResponse(random);
    return IntStream.range(0, SEEDS)
        .mapToObj(i -> ((char) (i % 16 == 0 ? i / 16 : 0)) + "" + (char) i + responses.next())
        .map(text -> text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** The text as it comes: whole, octet by octet, and in pieces. */
  List<Received> everyWay() {
    return List.of(
        Received.whole(text),
        Received.octetByOctet(text),
        Received.inPieces(text, new Random(cuts)));
  }

  /** The text in some pieces. */
  public List<String> pieces() {
    Random random = new Random(cuts);
    int[] at = random.ints(random.nextInt(6), 0, text.length() + 1).sorted().toArray();
    return IntStream.rangeClosed(0, at.length)
        .mapToObj(
            i -> text.substring(i == 0 ? 0 : at[i - 1], i == at.length ? text.length() : at[i]))
        .toList();
  }

  /** The beginning of it. */
  FuzzInput cutTo(int length) {
    return new FuzzInput(method, text.substring(0, length), cuts);
  }
}
