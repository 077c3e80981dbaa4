package dev.redial.internal.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PendingResponseTest {
  private final AtomicInteger cancels = new AtomicInteger();
  private final PendingResponse<String> response =
      new PendingResponse<>(() -> cancels.incrementAndGet() > 0);

  static Stream<Named<Function<CompletableFuture<String>, CompletableFuture<?>>>> derived() {
    return Stream.of(
        Named.of("itself", future -> future),
        Named.of("thenApply", future -> future.thenApply(text -> text)),
        Named.of("whenComplete", future -> future.whenComplete((text, thrown) -> {})),
        Named.of(
            "handle, thenCompose",
            future ->
                future
                    .handle((text, thrown) -> text)
                    .thenCompose(CompletableFuture::completedFuture)),
        Named.of("thenApplyAsync", future -> future.thenApplyAsync(text -> text)),
        Named.of("copy", CompletableFuture::copy),
        Named.of(
            "toCompletableFuture", future -> future.thenAccept(text -> {}).toCompletableFuture()));
  }

  @ParameterizedTest
  @MethodSource("derived")
  void cancellingAnyStageEndsTheCall(
      Function<CompletableFuture<String>, CompletableFuture<?>> step) {
    CompletableFuture<?> stage = step.apply(response);

    assertThat(stage.cancel(true)).isTrue();

    assertThat(cancels).hasValue(1);
    assertThat(stage.isCancelled()).isTrue();
  }

  @ParameterizedTest
  @MethodSource("derived")
  void cancellingWithoutInterruptLeavesTheCallAlone(
      Function<CompletableFuture<String>, CompletableFuture<?>> step) {
    CompletableFuture<?> stage = step.apply(response);

    assertThat(stage.cancel(false)).isTrue();

    assertThat(cancels).hasValue(0);
    assertThat(stage.isCancelled()).isTrue();
  }

  @ParameterizedTest
  @MethodSource("derived")
  void aStageThatIsDoneCannotBeCancelled(
      Function<CompletableFuture<String>, CompletableFuture<?>> step) {
    CompletableFuture<?> stage = step.apply(response);
    assertThat(response.complete("x")).isTrue();
    assertThat(stage.join()).isIn("x", null);

    assertThat(stage.cancel(true)).isFalse();

    assertThat(cancels).hasValue(0);
  }

  @Test
  void cancelSaysTrueAlsoIfTheCallIsQuickerToComplete() {
    CompletableFuture<String>[] self = newArray();
    self[0] =
        new PendingResponse<>(() ->
            self[0].completeExceptionally(new CompletionException(PendingResponse.cancelled())));

    assertThat(self[0].cancel(true)).isTrue();
    assertThat(self[0]).isCompletedExceptionally();
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static CompletableFuture<String>[] newArray() {
    return (CompletableFuture<String>[]) new CompletableFuture[1];
  }

  @Test
  void aResponseCannotBeReplaced() {
    assertThatThrownBy(() -> response.obtrudeValue("x"))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> response.obtrudeException(new IOException()))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> response.thenApply(text -> text).obtrudeValue("x"))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void aCancelledCallFailsWithAnIOException() {
    assertThat(PendingResponse.cancelled())
        .isInstanceOf(CancellationException.class)
        .hasCauseInstanceOf(IOException.class)
        .hasRootCauseMessage("Request cancelled");
  }
}
