package dev.redial.internal.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.redial.Resolver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class AddressBookTest {
  private static final long NO_LIMIT = Long.MAX_VALUE;
  private static final Resolver SYSTEM = host -> List.of(InetAddress.getAllByName(host));

  private static Route to(String uri) {
    return new Route(Origin.of(URI.create(uri)), null);
  }

  private static List<InetSocketAddress> find(Resolver resolver, Route route) throws Exception {
    return new AddressBook(resolver).addresses(route, NO_LIMIT);
  }

  private static void soon(BooleanSupplier state) {
    await()
        .pollInterval(Duration.ofMillis(2))
        .atMost(Duration.ofSeconds(20))
        .until(state::getAsBoolean);
  }

  /** A caller on a thread of its own. */
  private record Caller(Thread thread, CompletableFuture<List<InetSocketAddress>> outcome) {
    static Caller of(AddressBook book, String uri, long deadlineNanos) {
      CompletableFuture<List<InetSocketAddress>> outcome = new CompletableFuture<>();
      Thread thread =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  outcome.complete(book.addresses(to(uri), deadlineNanos));
                } catch (Throwable thrown) {
                  outcome.completeExceptionally(thrown);
                }
              });
      return new Caller(thread, outcome);
    }

    List<InetSocketAddress> found() throws Exception {
      return outcome.get(20, TimeUnit.SECONDS);
    }

    Throwable failure() throws Exception {
      return outcome
          .<Throwable>handle(
              (found, thrown) -> thrown == null ? new AssertionError("found " + found) : thrown)
          .get(20, TimeUnit.SECONDS);
    }

    void awaitWaiting() {
      soon(() ->
          thread.getState() == Thread.State.WAITING
              || thread.getState() == Thread.State.TIMED_WAITING);
    }
  }

  // What is found

  @Test
  void everyAddressOfTheHostIsGivenWithThePort() throws Exception {
    List<InetSocketAddress> found = find(SYSTEM, to("http://localhost:8080/"));

    assertThat(found)
        .containsExactlyElementsOf(
            Arrays.stream(InetAddress.getAllByName("localhost"))
                .distinct()
                .map(address -> new InetSocketAddress(address, 8080))
                .toList());
  }

  @Test
  void theResolversOrderIsKeptAndNothingIsGivenTwice() throws Exception {
    InetAddress six = InetAddress.getByName("::1");
    InetAddress four = InetAddress.getByName("127.0.0.1");
    InetAddress another = InetAddress.getByName("127.0.0.2");

    assertThat(
            find(
                ScriptedResolver.finding(host -> List.of(another, six, another, four)),
                to("http://a.example/")))
        .containsExactly(
            new InetSocketAddress(another, 80),
            new InetSocketAddress(six, 80),
            new InetSocketAddress(four, 80));
  }

  @ParameterizedTest
  @CsvSource({
    "http://127.0.0.1/, 127.0.0.1, 80",
    "http://255.0.10.199/, 255.0.10.199, 80",
    "https://[::1]/, ::1, 443",
    "https://[::FFFF:127.0.0.1]:8443/, 127.0.0.1, 8443"
  })
  void aLiteralIsItsOwnAddressAndNobodyIsAsked(String uri, String address, int port)
      throws Exception {
    ScriptedResolver hanging = ScriptedResolver.hanging();

    assertThat(find(hanging, to(uri))).containsExactly(new InetSocketAddress(address, port));
    assertThat(hanging.asked).hasValue(0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.example", "127.1", "256.0.0.1", "1.2.3.4.5", "01.2.3.4", "localhost"})
  void theResolverIsAskedForWhateverIsNoLiteral(String host) throws Exception {
    List<String> asked = new ArrayList<>();
    Resolver resolver =
        name -> {
          asked.add(name);
          return List.of(InetAddress.getLoopbackAddress());
        };

    assertThat(
            new AddressBook(resolver)
                .addresses(new Route(new Origin(false, host, 80), null), NO_LIMIT))
        .hasSize(1);
    assertThat(asked).containsExactly(host);
  }

  @Test
  void everyConnectionAsksAgain() throws Exception {
    ScriptedResolver resolver =
        ScriptedResolver.finding(host -> List.of(InetAddress.getLoopbackAddress()));
    AddressBook book = new AddressBook(resolver);

    for (int i = 1; i <= 3; i++) {
      assertThat(book.addresses(to("http://a.example/"), NO_LIMIT)).hasSize(1);
      assertThat(resolver.asked).hasValue(i);
    }
  }

  @Test
  void ofAProxyOnlyTheProxyIsLookedUp() throws Exception {
    Route route =
        new Route(
            Origin.of(URI.create("http://no.such.host.invalid/")),
            InetSocketAddress.createUnresolved("localhost", 3128));

    assertThat(find(SYSTEM, route))
        .isNotEmpty()
        .allSatisfy(address -> {
          assertThat(address.isUnresolved()).isFalse();
          assertThat(address.getAddress().isLoopbackAddress()).isTrue();
          assertThat(address.getPort()).isEqualTo(3128);
        });
  }

  @Test
  void aResolvedProxyIsTakenAsItIs() throws Exception {
    InetSocketAddress proxy = new InetSocketAddress(InetAddress.getLoopbackAddress(), 3128);

    assertThat(
            find(SYSTEM, new Route(Origin.of(URI.create("http://no.such.host.invalid/")), proxy)))
        .containsExactly(proxy);
  }

  // What is not

  @Test
  void aHostWithoutAddressIsUnknown() {
    assertThatThrownBy(() -> find(SYSTEM, to("http://no.such.host.invalid/")))
        .isExactlyInstanceOf(UnknownHostException.class)
        .hasMessageContaining("no.such.host.invalid")
        .hasStackTraceContaining("AddressBookTest");
  }

  @Test
  void whatAResolverDoesWrongIsSaid() {
    List<InetAddress> withNull = new ArrayList<>();
    withNull.add(InetAddress.getLoopbackAddress());
    withNull.add(null);
    assertWrong(host -> null, "a.example: the resolver returned null");
    assertWrong(host -> List.of(), "a.example: the resolver returned no address");
    assertWrong(host -> withNull, "a.example: the resolver returned a null among the addresses");
    assertWrong(
        host -> {
          throw new IllegalStateException("not today");
        },
        "a.example: the resolver failed: java.lang.IllegalStateException: not today");
  }

  private static void assertWrong(ScriptedResolver.Script script, String message) {
    assertThatThrownBy(() -> find(ScriptedResolver.finding(script), to("http://a.example/")))
        .isExactlyInstanceOf(UnknownHostException.class)
        .hasMessage(message);
  }

  // Waiting

  @Test
  void theWaitEndsAtTheDeadlineWhateverTheResolverDoes() {
    ScriptedResolver hanging = ScriptedResolver.hanging();
    AddressBook book = new AddressBook(hanging);
    long before = System.nanoTime();

    Throwable thrown =
        catchThrowable(() ->
            book.addresses(to("http://a.example/"), before + TimeUnit.MILLISECONDS.toNanos(50)));

    assertThat(thrown).isInstanceOf(TimeoutException.class);
    assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(50_000_000L);
    book.close();
  }

  @Test
  void anInterruptEndsTheWait() throws Exception {
    AddressBook book = new AddressBook(ScriptedResolver.hanging());
    Caller caller = Caller.of(book, "http://a.example/", NO_LIMIT);
    caller.awaitWaiting();

    caller.thread().interrupt();

    assertThat(caller.failure()).isInstanceOf(InterruptedException.class);
    book.close();
  }

  @Test
  void closingEndsEveryLookUpAndAllLaterOnes() throws Exception {
    ScriptedResolver hanging = ScriptedResolver.hanging();
    AddressBook book = new AddressBook(hanging);
    List<Caller> callers =
        List.of(
            Caller.of(book, "http://a.example/", NO_LIMIT),
            Caller.of(book, "http://a.example/", NO_LIMIT),
            Caller.of(book, "http://b.example/", NO_LIMIT));
    callers.forEach(Caller::awaitWaiting);
    soon(() -> hanging.asked.get() == 2);

    book.close();

    for (Caller caller : callers)
      assertThat(caller.failure()).isInstanceOf(CancellationException.class);
    assertThatThrownBy(() -> book.addresses(to("http://a.example/"), NO_LIMIT))
        .isInstanceOf(CancellationException.class);
    soon(() -> hanging.interrupted.get() == 2);
  }

  @Test
  void thoseWhoWantTheSameNameShareOneLookUp() throws Exception {
    ScriptedResolver hanging = ScriptedResolver.hanging();
    AddressBook book = new AddressBook(hanging);
    List<Caller> callers = new ArrayList<>();
    for (int i = 0; i < 100; i++) callers.add(Caller.of(book, "http://a.example/", NO_LIMIT));
    callers.forEach(Caller::awaitWaiting);

    hanging.letGo();

    for (Caller caller : callers) assertThat(caller.found()).hasSize(1);
    assertThat(hanging.asked).hasValue(1);
  }

  @Test
  void aLookUpThatItsCallersLeftIsJoinedByTheNext() throws Exception {
    ScriptedResolver hanging = ScriptedResolver.hanging();
    AddressBook book = new AddressBook(hanging);
    for (int i = 0; i < 20; i++)
      assertThatThrownBy(() -> book.addresses(to("http://a.example/"), System.nanoTime() + 1000))
          .isInstanceOf(TimeoutException.class);
    Caller last = Caller.of(book, "http://a.example/", NO_LIMIT);
    last.awaitWaiting();

    hanging.letGo();

    assertThat(last.found()).hasSize(1);
    assertThat(hanging.asked).hasValue(1);
  }

  @Test
  void aLookUpThatIsStuckIsNotJoined() throws Exception {
    AtomicLong now = new AtomicLong();
    ScriptedResolver hanging = ScriptedResolver.hanging();
    AddressBook book = new AddressBook(hanging, now::get);
    Caller first = Caller.of(book, "http://a.example/", NO_LIMIT);
    soon(() -> hanging.asked.get() == 1);
    now.set(Lookups.STUCK_NANOS + 1);
    Caller second = Caller.of(book, "http://a.example/", NO_LIMIT);
    soon(() -> hanging.asked.get() == 2);
    Caller third = Caller.of(book, "http://a.example/", NO_LIMIT);
    third.awaitWaiting();

    hanging.letGo();

    for (Caller caller : List.of(first, second, third)) assertThat(caller.found()).hasSize(1);
    assertThat(hanging.asked).hasValue(2);
  }

  @Test
  void aNameThatHangsForGoodHoldsTwoThreads() throws Exception {
    AtomicLong now = new AtomicLong();
    ScriptedResolver hanging = ScriptedResolver.hanging();
    AddressBook book = new AddressBook(hanging, now::get);
    List<Caller> callers = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      callers.add(Caller.of(book, "http://a.example/", NO_LIMIT));
      callers.getLast().awaitWaiting();
      now.addAndGet(Lookups.STUCK_NANOS + 1);
    }

    hanging.letGo();

    for (Caller caller : callers) assertThat(caller.found()).hasSize(1);
    assertThat(hanging.asked).hasValue(2);
    hanging.asked.set(0);
    assertThat(book.addresses(to("http://a.example/"), NO_LIMIT)).hasSize(1);
    assertThat(hanging.asked).hasValue(1);
  }

  @Test
  void aProxysNameIsAskedForInLowerCase() throws Exception {
    List<String> asked = new ArrayList<>();
    Resolver resolver =
        host -> {
          asked.add(host);
          return List.of(InetAddress.getLoopbackAddress());
        };
    Route route =
        new Route(
            Origin.of(URI.create("http://a.example/")),
            InetSocketAddress.createUnresolved("Proxy.Example", 3128));
    assertThat(find(resolver, route)).hasSize(1);
    assertThat(asked).containsExactly("proxy.example");
  }

  /** Whatever came of a look-up beside the one that hangs. */
  @Test
  void aNameThatHangsNowAndThenHoldsTwoThreads() throws Exception {
    AtomicLong now = new AtomicLong();
    CountDownLatch gate = new CountDownLatch(1);
    AtomicInteger calls = new AtomicInteger();
    ScriptedResolver moody =
        ScriptedResolver.finding(host -> {
          if (calls.incrementAndGet() != 2) pass(gate);
          return List.of(InetAddress.getLoopbackAddress());
        });
    AddressBook book = new AddressBook(moody, now::get);
    List<Caller> stuck = new ArrayList<>();
    stuck.add(Caller.of(book, "http://a.example/", NO_LIMIT));
    soon(() -> calls.get() == 1);
    now.addAndGet(Lookups.STUCK_NANOS + 1);
    assertThat(Caller.of(book, "http://a.example/", NO_LIMIT).found()).hasSize(1);
    for (int i = 0; i < 3; i++) {
      stuck.add(Caller.of(book, "http://a.example/", NO_LIMIT));
      stuck.getLast().awaitWaiting();
      now.addAndGet(Lookups.STUCK_NANOS + 1);
    }

    gate.countDown();

    for (Caller caller : stuck) assertThat(caller.found()).hasSize(1);
    assertThat(calls).hasValue(3);
  }

  private static void pass(CountDownLatch gate) throws UnknownHostException {
    try {
      gate.await();
    } catch (InterruptedException e) {
      throw new UnknownHostException("interrupted");
    }
  }

  @Test
  void aHangingResolverHoldsFewThreads() throws Exception {
    ScriptedResolver hanging = ScriptedResolver.hanging();
    AddressBook book = new AddressBook(hanging);
    List<Caller> callers = new ArrayList<>();
    for (int i = 0; i < Lookups.MOST + 20; i++)
      callers.add(Caller.of(book, "http://" + i + ".example/", NO_LIMIT));
    callers.forEach(Caller::awaitWaiting);
    soon(() -> hanging.asked.get() == Lookups.MOST);

    hanging.letGo();

    for (Caller caller : callers) assertThat(caller.found()).hasSize(1);
    assertThat(hanging.asked).hasValue(Lookups.MOST + 20);
  }

  @Test
  void aQueuedLookUpThatNobodyWaitsForIsNeverMade() throws Exception {
    ScriptedResolver hanging = ScriptedResolver.hanging();
    AddressBook book = new AddressBook(hanging);
    List<Caller> callers = new ArrayList<>();
    for (int i = 0; i < Lookups.MOST; i++)
      callers.add(Caller.of(book, "http://" + i + ".example/", NO_LIMIT));
    soon(() -> hanging.asked.get() == Lookups.MOST);
    assertThatThrownBy(() -> book.addresses(to("http://late.example/"), System.nanoTime() + 1000))
        .isInstanceOf(TimeoutException.class);

    hanging.letGo();

    for (Caller caller : callers) assertThat(caller.found()).hasSize(1);
    assertThat(book.addresses(to("http://a.example/"), NO_LIMIT)).hasSize(1);
    assertThat(hanging.asked).hasValue(Lookups.MOST + 1);
  }

  @Test
  void theResolverRunsOnADaemonThreadOfItsOwn() throws Exception {
    AtomicReference<Thread> ran = new AtomicReference<>();
    Resolver resolver =
        host -> {
          ran.set(Thread.currentThread());
          return List.of(InetAddress.getLoopbackAddress());
        };

    assertThat(find(resolver, to("http://a.example/"))).hasSize(1);

    assertThat(ran.get().isVirtual()).as("the system's resolver holds the carrier").isFalse();
    assertThat(ran.get().isDaemon()).isTrue();
    assertThat(ran.get().getName()).startsWith("redial-resolver-");
    assertThat(ran.get().join(Duration.ofSeconds(20))).as("it ends when idle").isTrue();
  }
}
