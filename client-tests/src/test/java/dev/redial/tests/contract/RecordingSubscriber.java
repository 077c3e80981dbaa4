package dev.redial.tests.contract;

import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;

/** A subscriber that takes everything and remembers how it was called. */
class RecordingSubscriber implements BodySubscriber<String> {
  final CompletableFuture<String> body = new CompletableFuture<>();
  private final List<String> calls = new CopyOnWriteArrayList<>();
  private final ByteArrayOutputStream received = new ByteArrayOutputStream();

  /** The methods called so far, in order. */
  List<String> calls() {
    return calls;
  }

  byte[] received() {
    return received.toByteArray();
  }

  @Override
  public CompletionStage<String> getBody() {
    return body;
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    calls.add("onSubscribe");
    subscription.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    calls.add("onNext");
    for (ByteBuffer buffer : buffers) {
      byte[] octets = new byte[buffer.remaining()];
      buffer.get(octets);
      received.writeBytes(octets);
    }
  }

  @Override
  public void onError(Throwable thrown) {
    calls.add("onError");
    body.completeExceptionally(thrown);
  }

  @Override
  public void onComplete() {
    calls.add("onComplete");
    body.complete("done");
  }
}
