package dev.redial.tests;

import dev.redial.ExchangeStage;
import dev.redial.HangUpException;
import dev.redial.TruncatedBodyException;
import dev.redial.tests.kit.ScriptedServer.Script;
import dev.redial.tests.kit.ServedConnection;
import java.io.IOException;
import java.util.Optional;

/** A server that has read the request and then ends the connection, early or late in its answer. */
enum HangUp {
  FIN_BEFORE_THE_ANSWER("", HangUpException.Ending.FIN, ExchangeStage.AWAITING_RESPONSE),
  RST_BEFORE_THE_ANSWER("", HangUpException.Ending.RST, ExchangeStage.AWAITING_RESPONSE),
  FIN_IN_THE_STATUS_LINE("HTTP/1.1 2", HangUpException.Ending.FIN, ExchangeStage.STATUS_LINE),
  RST_IN_THE_STATUS_LINE("HTTP/1.1 2", HangUpException.Ending.RST, ExchangeStage.STATUS_LINE),
  FIN_AFTER_ONE_OCTET("H", HangUpException.Ending.FIN, ExchangeStage.STATUS_LINE),
  FIN_IN_THE_HEADER(
      "HTTP/1.1 200 OK\r\nContent-Le", HangUpException.Ending.FIN, ExchangeStage.HEADER),
  RST_IN_THE_HEADER(
      "HTTP/1.1 200 OK\r\nContent-Le", HangUpException.Ending.RST, ExchangeStage.HEADER),
  FIN_IN_A_FIXED_BODY(
      "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345",
      HangUpException.Ending.FIN,
      ExchangeStage.BODY),
  RST_IN_A_FIXED_BODY(
      "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345",
      HangUpException.Ending.RST,
      ExchangeStage.BODY),
  FIN_AT_THE_START_OF_A_BODY(
      "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n",
      HangUpException.Ending.FIN,
      ExchangeStage.BODY),
  FIN_IN_A_CHUNK(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\n123",
      HangUpException.Ending.FIN,
      ExchangeStage.BODY),
  RST_IN_A_CHUNK(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\n123",
      HangUpException.Ending.RST,
      ExchangeStage.BODY),
  FIN_BETWEEN_CHUNKS(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
      HangUpException.Ending.FIN,
      ExchangeStage.BODY),
  FIN_BEFORE_THE_END_OF_THE_TRAILER(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n",
      HangUpException.Ending.FIN,
      ExchangeStage.BODY),
  RST_IN_A_BODY_UNTIL_CLOSE(
      "HTTP/1.1 200 OK\r\n\r\nabc", HangUpException.Ending.RST, ExchangeStage.BODY);

  /** What of the answer was sent. */
  final String sent;

  final HangUpException.Ending ending;
  final ExchangeStage stage;

  HangUp(String sent, HangUpException.Ending ending, ExchangeStage stage) {
    this.sent = sent;
    this.ending = ending;
    this.stage = stage;
  }

  boolean beforeTheAnswer() {
    return sent.isEmpty();
  }

  boolean inTheBody() {
    return stage == ExchangeStage.BODY;
  }

  Class<? extends IOException> failure() {
    return inTheBody() ? TruncatedBodyException.class : HangUpException.class;
  }

  /** The script that hangs up on a fresh connection. */
  Script script() {
    return script(Optional.empty());
  }

  /** The script that answers one request and hangs up on the next. */
  Script after(String firstAnswer) {
    return script(Optional.of(firstAnswer));
  }

  private Script script(Optional<String> firstAnswer) {
    return c -> {
      if (firstAnswer.isPresent()) {
        c.readRequest();
        c.send(firstAnswer.orElseThrow());
      }
      c.readRequest();
      run(c);
    };
  }

  private void run(ServedConnection c) throws IOException {
    if (!sent.isEmpty()) c.send(sent);
    switch (ending) {
      case FIN -> c.fin();
      case RST -> c.rst();
      case TIMED_OUT -> throw new IllegalStateException("no server can do that");
    }
  }
}
