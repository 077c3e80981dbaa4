package dev.redial.internal.body;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Named.named;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FeedingTest {
  private static Arguments row(String name, BodySubscriber<?> subscriber, Feeding feeding) {
    return arguments(named(name, subscriber), feeding);
  }

  static Stream<Arguments> subscribers() {
    return Stream.of(
        row("ofByteArray", BodySubscribers.ofByteArray(), Feeding.INLINE),
        row("ofString", BodySubscribers.ofString(StandardCharsets.UTF_8), Feeding.INLINE),
        row("ofFile", BodySubscribers.ofFile(Path.of("never-opened")), Feeding.INLINE),
        row("discarding", BodySubscribers.discarding(), Feeding.INLINE),
        row("replacing", BodySubscribers.replacing("x"), Feeding.INLINE),
        row("ofInputStream", BodySubscribers.ofInputStream(), Feeding.INLINE_WHILE_ARRIVED),
        row("ofLines", BodySubscribers.ofLines(StandardCharsets.UTF_8), Feeding.HANDED_OVER),
        row("ofPublisher", BodySubscribers.ofPublisher(), Feeding.HANDED_OVER),
        row(
            "ofByteArrayConsumer",
            BodySubscribers.ofByteArrayConsumer(octets -> {}),
            Feeding.HANDED_OVER),
        row(
            "mapping",
            BodySubscribers.mapping(BodySubscribers.ofByteArray(), octets -> octets),
            Feeding.HANDED_OVER),
        row(
            "buffering",
            BodySubscribers.buffering(BodySubscribers.ofByteArray(), 9),
            Feeding.HANDED_OVER),
        row("fromSubscriber", BodySubscribers.fromSubscriber(new Foreign()), Feeding.HANDED_OVER),
        row("foreign", new Foreign(), Feeding.HANDED_OVER));
  }

  /** What runs code of the caller may block until its own body has been read. */
  @ParameterizedTest
  @MethodSource("subscribers")
  void onlyWhatIsKnownToGatherIsFedInline(BodySubscriber<?> subscriber, Feeding feeding) {
    assertThat(Feeding.of(subscriber)).isEqualTo(feeding);
  }

  private static final class Foreign implements BodySubscriber<String> {
    @Override
    public CompletionStage<String> getBody() {
      return new CompletableFuture<>();
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      throw new AssertionError("a decision must not subscribe");
    }

    @Override
    public void onNext(List<ByteBuffer> item) {
      throw new AssertionError("a decision must not feed");
    }

    @Override
    public void onError(Throwable thrown) {
      throw new AssertionError("a decision must not feed");
    }

    @Override
    public void onComplete() {
      throw new AssertionError("a decision must not feed");
    }
  }
}
