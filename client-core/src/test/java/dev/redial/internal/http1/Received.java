package dev.redial.internal.http1;

import dev.redial.ResponseLimits;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Octets as a connection would receive them: whole, octet by octet, or in random pieces. */
final class Received {
  private final byte[] octets;
  private final int[] cuts;

  private Received(String text, int[] cuts) {
    this.octets = octets(text);
    this.cuts = cuts;
  }

  static byte[] octets(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  static Received whole(String text) {
    return new Received(text, new int[] {text.length()});
  }

  static Received octetByOctet(String text) {
    int[] cuts = new int[text.length()];
    Arrays.setAll(cuts, i -> i + 1);
    return new Received(text, cuts);
  }

  static Received inPieces(String text, Random random) {
    int[] cuts = random.ints(random.nextInt(6), 0, text.length() + 1).sorted().toArray();
    cuts = Arrays.copyOf(cuts, cuts.length + 1);
    cuts[cuts.length - 1] = text.length();
    return new Received(text, cuts);
  }

  /** All three ways. */
  static List<Received> everyWay(String text) {
    return List.of(whole(text), octetByOctet(text), inPieces(text, new Random(text.hashCode())));
  }

  /** The end of the head, or -1; each call of the parser gets another array at another index. */
  int parse(ResponseParser parser) throws MalformedMessageException {
    for (int cut : cuts) {
      int shift = 1 + cut % 7;
      byte[] moved = new byte[shift + cut + 3];
      // NUL is invalid everywhere: neither before nor after its share does the parser look.
      System.arraycopy(octets, 0, moved, shift, cut);
      int end = parser.parse(moved, shift, shift + cut);
      if (end >= 0) return end - shift;
    }
    return -1;
  }

  ResponseHead head(ResponseParser parser, int end) {
    return parser.head(octets, 0, end);
  }

  /** The body's data and what was left over; the decoder is fed from an index on. */
  Chunks chunks(ChunkedDecoder decoder, int from) throws MalformedMessageException {
    StringBuilder data = new StringBuilder();
    int at = from;
    for (int cut : cuts) {
      if (cut < at) continue;
      while (true) {
        ChunkedDecoder.Step step = decoder.advance(octets, at, cut);
        at = decoder.position();
        if (step == ChunkedDecoder.Step.END) return new Chunks(true, data.toString(), at);
        int part = (int) Math.min(decoder.chunkRemaining(), cut - at);
        if (part == 0) break;
        data.append(new String(octets, at, part, StandardCharsets.ISO_8859_1));
        decoder.took(part);
        at += part;
      }
    }
    return new Chunks(false, data.toString(), at);
  }

  /** What a chunked decoder made of the octets. */
  record Chunks(boolean complete, String data, int end) {}

  /** The whole response, as {@link ReferenceDecoder} describes it. */
  ReferenceDecoder.Result decode(String method) {
    try {
      return decodeOrRefuse(method);
    } catch (MalformedMessageException e) {
      return new ReferenceDecoder.Result.Malformed();
    }
  }

  private ReferenceDecoder.Result decodeOrRefuse(String method) throws MalformedMessageException {
    ResponseParser parser = new ResponseParser(ResponseLimits.defaults());
    parser.reset(method.equals("HEAD"), method.equals("CONNECT"));
    int headEnd = parse(parser);
    if (headEnd < 0) return new ReferenceDecoder.Result.Incomplete();
    ResponseHead head = head(parser, headEnd);
    ChunkedDecoder decoder = new ChunkedDecoder(ResponseLimits.defaults());
    Chunks body = body(head.framing(), decoder, headEnd);
    if (!body.complete) return new ReferenceDecoder.Result.Incomplete();
    return new ReferenceDecoder.Result.Complete(
        head.status(),
        head.minorVersion(),
        head.framing(),
        head.persistent(),
        fields(head.headers()),
        body.data,
        fields(decoder.trailers()),
        body.end);
  }

  private Chunks body(Framing framing, ChunkedDecoder decoder, int from)
      throws MalformedMessageException {
    return switch (framing) {
      case Framing.Empty() -> new Chunks(true, "", from);
      case Framing.Fixed(long length) when length > octets.length - from ->
          new Chunks(false, "", from);
      case Framing.Fixed(long length) -> plain(from, from + (int) length);
      case Framing.UntilClose() -> plain(from, octets.length);
      case Framing.Chunked() -> chunks(decoder, from);
    };
  }

  private Chunks plain(int from, int to) {
    return new Chunks(true, new String(octets, from, to - from, StandardCharsets.ISO_8859_1), to);
  }

  /** As {@code name: value}, sorted by name as {@link HttpHeaders} has them. */
  static List<String> fields(HttpHeaders headers) {
    List<String> fields = new ArrayList<>();
    headers
        .map()
        .forEach((name, values) -> values.forEach(value -> fields.add(name + ": " + value)));
    return fields;
  }
}
