package dev.redial.tests;

import static dev.redial.tests.kit.Requests.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.RedialClient;
import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.Rig;
import dev.redial.tests.kit.ScriptedServer;
import dev.redial.tests.kit.ServedConnection;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every body handler of the JDK gets every body whole, however it is framed, cut into segments and
 * large.
 */
class ResponseBodyTest {
  @RegisterExtension final Rig rig = new Rig();

  @TempDir static Path folder;

  /** How the server frames a body. */
  enum FramedAs {
    FIXED,
    CHUNKED,
    UNTIL_CLOSE;

    byte[] frame(byte[] body) {
      return switch (this) {
        case FIXED -> Answers.fixed(body);
        case CHUNKED -> Answers.chunked(body, 4000);
        case UNTIL_CLOSE -> Answers.untilClose(body);
      };
    }
  }

  /** Receives a body with some handler and gives back its octets. */
  @FunctionalInterface
  interface Receive {
    byte[] body(RedialClient client, HttpRequest request) throws Exception;
  }

  /** Receives a body as lines. */
  @FunctionalInterface
  interface ReceiveLines {
    List<String> body(RedialClient client, HttpRequest request) throws Exception;
  }

  /**
   * One way of receiving a body.
   *
   * @param name the handler's
   * @param receive receives it
   * @param expected what of the content this handler can give back at all
   * @param sent what the server sends so that this handler receives that content
   */
  record Receiver(
      String name, Receive receive, UnaryOperator<byte[]> expected, UnaryOperator<byte[]> sent) {

    static Receiver whole(String name, Receive receive) {
      return new Receiver(name, receive, content -> content, content -> content);
    }

    /** A receiver that loses the line ends. */
    static Receiver lines(String name, ReceiveLines receive) {
      return new Receiver(
          name,
          (client, request) -> joined(receive.body(client, request).stream()),
          content -> joined(new String(content, StandardCharsets.UTF_8).lines()),
          content -> content);
    }

    /** A receiver that makes nothing of the body. */
    static Receiver nothing(String name, Receive receive) {
      return new Receiver(name, receive, content -> new byte[0], content -> content);
    }

    static Receiver zipped(String name, Receive receive) {
      return new Receiver(name, receive, content -> content, ResponseBodyTest::zip);
    }

    private static byte[] joined(Stream<String> lines) {
      return octets(lines.collect(Collectors.joining("\n")));
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Receiver> receivers() {
    return Stream.of(
        Receiver.whole("ofString", (c, r) -> octets(c.send(r, BodyHandlers.ofString()).body())),
        Receiver.whole("ofByteArray", (c, r) -> c.send(r, BodyHandlers.ofByteArray()).body()),
        Receiver.whole(
            "ofInputStream", (c, r) -> read(c.send(r, BodyHandlers.ofInputStream()).body())),
        Receiver.lines("ofLines", (c, r) -> c.send(r, BodyHandlers.ofLines()).body().toList()),
        Receiver.lines("fromLineSubscriber", ResponseBodyTest::bySubscriberOfLines),
        Receiver.whole("ofFile", ResponseBodyTest::byFile),
        Receiver.whole(
            "ofPublisher", (c, r) -> collect(c.send(r, BodyHandlers.ofPublisher()).body())),
        Receiver.whole("ofByteArrayConsumer", ResponseBodyTest::byConsumer),
        Receiver.whole("fromSubscriber", ResponseBodyTest::bySubscriber),
        Receiver.whole(
            "buffering",
            (c, r) -> c.send(r, BodyHandlers.buffering(BodyHandlers.ofByteArray(), 1000)).body()),
        Receiver.nothing("discarding", (c, r) -> none(c.send(r, BodyHandlers.discarding()))),
        Receiver.nothing("replacing", (c, r) -> none(c.send(r, BodyHandlers.replacing(null)))),
        Receiver.zipped("mapping to an unzipped stream", ResponseBodyTest::unzipped));
  }

  static Stream<Arguments> everything() {
    return receivers()
        .flatMap(receiver ->
            Stream.of(FramedAs.values()).map(framing -> Arguments.of(receiver, framing)));
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("everything")
  void everyHandlerGetsEveryBodyWhole(Receiver receiver, FramedAs framing) throws Exception {
    ScriptedServer server = rig.server(c -> answerAll(c, receiver, framing));
    RedialClient client = rig.client();
    for (int size : Content.SIZES) {
      byte[] received = receiver.receive().body(client, get(server.uri("/" + size)));
      byte[] expected = receiver.expected().apply(Content.of(size));
      assertThat(Arrays.equals(received, expected)).as("body of " + size).isTrue();
    }
    assertThat(server.requests()).hasSize(Content.SIZES.size());
    assertThat(server.connections())
        .isEqualTo(framing == FramedAs.UNTIL_CLOSE ? Content.SIZES.size() : 1);
  }

  private static void answerAll(ServedConnection c, Receiver receiver, FramedAs framing)
      throws IOException {
    while (true) {
      byte[] content = Content.of(Integer.parseInt(c.readRequest().target().substring(1)));
      c.sendInSegments(framing.frame(receiver.sent().apply(content)), 5000);
      if (framing == FramedAs.UNTIL_CLOSE) {
        c.fin();
        return;
      }
    }
  }

  private static byte[] none(HttpResponse<?> answer) {
    assertThat(answer.body()).isNull();
    return new byte[0];
  }

  private static byte[] zip(byte[] content) {
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
      out.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return zipped.toByteArray();
  }

  private static byte[] unzipped(RedialClient client, HttpRequest request) throws Exception {
    HttpResponse.BodyHandler<InputStream> unzip =
        info ->
            BodySubscribers.mapping(
                BodySubscribers.ofInputStream(),
                in -> {
                  try {
                    return new GZIPInputStream(in);
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                });
    return read(client.send(request, unzip).body());
  }

  private static List<String> bySubscriberOfLines(RedialClient client, HttpRequest request)
      throws Exception {
    Collector<String> lines = new Collector<>();
    HttpResponse<Void> answer = client.send(request, BodyHandlers.fromLineSubscriber(lines));
    assertThat(answer.body()).isNull();
    return lines.items.join();
  }

  private static byte[] byFile(RedialClient client, HttpRequest request) throws Exception {
    Path file = Files.createTempFile(folder, "body", null);
    assertThat(client.send(request, BodyHandlers.ofFile(file)).body()).isEqualTo(file);
    return Files.readAllBytes(file);
  }

  private static byte[] byConsumer(RedialClient client, HttpRequest request) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    List<Boolean> ends = new ArrayList<>();
    HttpResponse<Void> answer =
        client.send(
            request,
            BodyHandlers.ofByteArrayConsumer(
                octets -> octets.ifPresentOrElse(out::writeBytes, () -> ends.add(true))));
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(ends).hasSize(1);
    return out.toByteArray();
  }

  private static byte[] bySubscriber(RedialClient client, HttpRequest request) throws Exception {
    Collector<List<ByteBuffer>> buffers = new Collector<>();
    HttpResponse<Void> answer = client.send(request, BodyHandlers.fromSubscriber(buffers));
    assertThat(answer.statusCode()).isEqualTo(200);
    return joined(buffers.items.join());
  }

  private static byte[] collect(Flow.Publisher<List<ByteBuffer>> body) {
    Collector<List<ByteBuffer>> buffers = new Collector<>();
    body.subscribe(buffers);
    return joined(buffers.items.join());
  }

  private static byte[] joined(List<List<ByteBuffer>> items) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (List<ByteBuffer> item : items) {
      for (ByteBuffer buffer : item) {
        assertThat(buffer.isReadOnly()).isTrue();
        while (buffer.hasRemaining()) out.write(buffer.get());
      }
    }
    return out.toByteArray();
  }

  private static byte[] read(InputStream stream) throws IOException {
    try (stream) {
      return stream.readAllBytes();
    }
  }

  private static byte[] octets(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Asks for one item at a time and keeps them all. */
  private static final class Collector<T> implements Flow.Subscriber<T> {
    final CompletableFuture<List<T>> items = new CompletableFuture<>();
    private final List<T> received = new ArrayList<>();
    private Flow.Subscription subscription;

    @Override
    public void onSubscribe(Flow.Subscription given) {
      subscription = given;
      given.request(1);
    }

    @Override
    public void onNext(T item) {
      received.add(item);
      subscription.request(1);
    }

    @Override
    public void onError(Throwable failure) {
      items.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
      items.complete(received);
    }
  }
}
