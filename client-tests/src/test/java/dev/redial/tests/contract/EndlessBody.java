package dev.redial.tests.contract;

import java.net.http.HttpRequest.BodyPublisher;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A request body without an end, that tells when its sender gave it up. */
final class EndlessBody implements BodyPublisher {
  private final CountDownLatch cancelled = new CountDownLatch(1);

  @Override
  public long contentLength() {
    return -1;
  }

  @Override
  public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
    AtomicLong demand = new AtomicLong();
    subscriber.onSubscribe(
        new Flow.Subscription() {
          @Override
          public void request(long n) {
            if (demand.getAndAdd(n) > 0) return; // called from within onNext
            do {
              subscriber.onNext(ByteBuffer.allocate(16 * 1024));
            } while (demand.decrementAndGet() > 0 && cancelled.getCount() > 0);
          }

          @Override
          public void cancel() {
            cancelled.countDown();
          }
        });
  }

  void awaitGivenUp() throws InterruptedException {
    if (!cancelled.await(10, TimeUnit.SECONDS)) throw new AssertionError("still being sent");
  }
}
