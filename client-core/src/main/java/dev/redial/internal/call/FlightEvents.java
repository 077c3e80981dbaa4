package dev.redial.internal.call;

import dev.redial.ConnectionClosed;
import dev.redial.ConnectionOpened;
import dev.redial.ExchangeEvidence;
import dev.redial.ExchangeFailure;
import dev.redial.Resend;
import java.time.Duration;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/**
 * What Java Flight Recorder is told. No event is written, and nothing computed for it, while it is
 * not recorded.
 *
 * <p>The only class that needs the module {@code jdk.jfr}; loaded only where that is present.
 */
@SuppressWarnings("UnusedVariable") // the recorder reads the fields of events
final class FlightEvents {
  private FlightEvents() {}

  /**
   * Whether anybody has made use of the recorder yet. Loading the class of an event before costs
   * milliseconds, as the recorder's own classes come with it.
   */
  static boolean wanted() {
    return FlightRecorder.isInitialized();
  }

  static void attemptFailed(ExchangeFailure failure) {
    AttemptFailed event = new AttemptFailed();
    if (!event.shouldCommit()) return;
    ExchangeEvidence seen = failure.evidence();
    event.request = seen.request();
    event.attempt = seen.attempt();
    event.failure = failure.getClass().getSimpleName();
    event.code = failure.code();
    event.stage = seen.stage().name();
    event.reused = seen.reused();
    event.age = seen.age().toNanos();
    event.idle = seen.idle().toNanos();
    event.elapsed = seen.elapsed().toNanos();
    event.bytesSent = seen.bytesSent();
    event.bytesReceived = seen.bytesReceived();
    event.serverActed = seen.serverActed().name();
    event.commit();
  }

  static void sentAgain(Resend resend) {
    SentAgain event = new SentAgain();
    if (!event.shouldCommit()) return;
    event.request = resend.request();
    event.nextAttempt = resend.nextAttempt();
    event.delay = nanos(resend.delay());
    event.cause = cause(resend);
    event.commit();
  }

  static void notSentAgain(Resend resend, String reason) {
    NotSentAgain event = new NotSentAgain();
    if (!event.shouldCommit()) return;
    event.request = resend.request();
    event.nextAttempt = resend.nextAttempt();
    event.cause = cause(resend);
    event.reason = reason;
    event.commit();
  }

  static void connectionOpened(ConnectionOpened opened) {
    Opened event = new Opened();
    if (!event.shouldCommit()) return;
    event.connection = opened.connection();
    event.origin = opened.origin();
    event.server = opened.server().toString();
    event.took = opened.took().toNanos();
    event.commit();
  }

  static void connectionClosed(ConnectionClosed closed) {
    Closed event = new Closed();
    if (!event.shouldCommit()) return;
    event.connection = closed.connection();
    event.origin = closed.origin();
    event.server = closed.server().toString();
    event.reason = closed.reason().name();
    event.age = closed.age().toNanos();
    event.idle = closed.idle().toNanos();
    event.commit();
  }

  private static String cause(Resend resend) {
    return resend
        .failure()
        .map(ExchangeFailure::code)
        .orElseGet(() -> Integer.toString(resend.status().orElseThrow()));
  }

  /** A server may ask for centuries. */
  private static long nanos(Duration time) {
    return Deadline.nanos(time);
  }

  @Name("dev.redial.AttemptFailed")
  @Label("Attempt Failed")
  @Description("One attempt at a request failed; the call may go on")
  @Category({"Redial", "Requests"})
  private static final class AttemptFailed extends Event {
    @Label("Request")
    String request = "";

    @Label("Attempt")
    int attempt;

    @Label("Failure")
    String failure = "";

    @Label("Code")
    String code = "";

    @Label("Stage")
    String stage = "";

    @Label("Connection Reused")
    boolean reused;

    @Label("Connection Age")
    @Timespan(Timespan.NANOSECONDS)
    long age;

    @Label("Connection Idle")
    @Timespan(Timespan.NANOSECONDS)
    long idle;

    @Label("Elapsed")
    @Timespan(Timespan.NANOSECONDS)
    long elapsed;

    @Label("Sent")
    @DataAmount
    long bytesSent;

    @Label("Received")
    @DataAmount
    long bytesReceived;

    @Label("Server Acted")
    String serverActed = "";
  }

  @Name("dev.redial.SentAgain")
  @Label("Sent Again")
  @Description("A request is about to be sent again")
  @Category({"Redial", "Requests"})
  private static final class SentAgain extends Event {
    @Label("Request")
    String request = "";

    @Label("Next Attempt")
    int nextAttempt;

    @Label("Delay")
    @Timespan(Timespan.NANOSECONDS)
    long delay;

    @Label("Cause")
    @Description("Code of the failure, or status of the answer, before it")
    String cause = "";
  }

  @Name("dev.redial.NotSentAgain")
  @Label("Not Sent Again")
  @Description("A request that may be repeated is not")
  @Category({"Redial", "Requests"})
  private static final class NotSentAgain extends Event {
    @Label("Request")
    String request = "";

    @Label("Next Attempt")
    int nextAttempt;

    @Label("Cause")
    @Description("Code of the failure, or status of the answer, that the caller gets")
    String cause = "";

    @Label("Reason")
    String reason = "";
  }

  @Name("dev.redial.ConnectionOpened")
  @Label("Connection Opened")
  @Description("A connection was opened, TLS and a tunnel included")
  @Category({"Redial", "Connections"})
  @StackTrace(false)
  private static final class Opened extends Event {
    @Label("Connection")
    String connection = "";

    @Label("Origin")
    String origin = "";

    @Label("Server")
    String server = "";

    @Label("Took")
    @Timespan(Timespan.NANOSECONDS)
    long took;
  }

  @Name("dev.redial.ConnectionClosed")
  @Label("Connection Closed")
  @Description("A connection was closed by the client")
  @Category({"Redial", "Connections"})
  @StackTrace(false)
  private static final class Closed extends Event {
    @Label("Connection")
    String connection = "";

    @Label("Origin")
    String origin = "";

    @Label("Server")
    String server = "";

    @Label("Reason")
    String reason = "";

    @Label("Age")
    @Timespan(Timespan.NANOSECONDS)
    long age;

    @Label("Idle")
    @Timespan(Timespan.NANOSECONDS)
    long idle;
  }
}
