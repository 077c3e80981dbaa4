package dev.redial.internal.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PendingResponseTest {
  private final AtomicInteger cancels = new AtomicInteger();
  private final AtomicInteger drops = new AtomicInteger();
  private final AtomicInteger told = new AtomicInteger();
  private final PendingResponse<String> response =
      PendingResponse.of(cancellation(() -> cancels.incrementAndGet() > 0));

  private PendingResponse.Cancellation cancellation(BooleanSupplier cancel) {
    return new PendingResponse.Cancellation() {
      @Override
      public boolean cancel() {
        return cancel.getAsBoolean();
      }

      @Override
      public void cancelled() {
        told.incrementAndGet();
      }

      @Override
      public void dropResponse() {
        drops.incrementAndGet();
      }
    };
  }

  static Stream<Named<Predicate<CompletableFuture<String>>>> replacements() {
    return Stream.of(
        Named.of("cancel", future -> future.cancel(true)),
        Named.of("complete", future -> future.complete("x")),
        Named.of("fail", future -> future.completeExceptionally(new IOException())));
  }

  @ParameterizedTest
  @MethodSource("replacements")
  void whatReplacesTheResponseDropsIt(Predicate<CompletableFuture<String>> replacement) {
    assertThat(replacement.test(response)).isTrue();
    assertThat(drops).hasValue(1);
    boolean again = replacement.test(response);
    assertThat(again).as("true only for what is cancelled").isEqualTo(response.isCancelled());
    assertThat(drops).hasValue(1);
  }

  @ParameterizedTest
  @MethodSource("replacements")
  void whatReplacesADerivedValueDropsNoResponse(Predicate<CompletableFuture<String>> replacement) {
    assertThat(replacement.test(response.thenApply(text -> text))).isTrue();
    assertThat(drops).hasValue(0);
  }

  @Test
  void theResponseItselfIsNotDropped() throws Exception {
    assertThat(response.completeAsync(() -> "x", Runnable::run).get()).isEqualTo("x");
    assertThat(response.cancel(true)).isFalse();
    assertThat(drops).hasValue(0);
  }

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
    assertThat(told).hasValue(1);
    assertThat(stage.isCancelled()).isTrue();
  }

  @ParameterizedTest
  @MethodSource("derived")
  void theCallIsToldOnceTheStageIsCancelled(
      Function<CompletableFuture<String>, CompletableFuture<?>> step) {
    AtomicReference<CompletableFuture<?>> stage = new AtomicReference<>();
    AtomicReference<Boolean> cancelled = new AtomicReference<>();
    stage.set(
        step.apply(
            PendingResponse.of(
                new PendingResponse.Cancellation() {
                  @Override
                  public boolean cancel() {
                    return true;
                  }

                  @Override
                  public void cancelled() {
                    cancelled.set(stage.get().isCancelled());
                  }

                  @Override
                  public void dropResponse() {
                    drops.incrementAndGet();
                  }
                })));

    assertThat(stage.get().cancel(true)).isTrue();

    assertThat(cancelled).hasValue(true);
  }

  @ParameterizedTest
  @MethodSource("derived")
  void cancellingWithoutInterruptLeavesTheCallAlone(
      Function<CompletableFuture<String>, CompletableFuture<?>> step) {
    CompletableFuture<?> stage = step.apply(response);

    assertThat(stage.cancel(false)).isTrue();

    assertThat(cancels).hasValue(0);
    assertThat(told).hasValue(0);
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
        PendingResponse.of(
            cancellation(() ->
                self[0].completeExceptionally(
                    new CompletionException(PendingResponse.cancelled()))));

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
