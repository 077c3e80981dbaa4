package dev.redial.internal.connection;

import dev.redial.ExchangeStage;
import dev.redial.internal.http1.MalformedMessageException;
import dev.redial.internal.http1.ResponseHead;
import dev.redial.internal.http1.ResponseParser;
import java.io.IOException;

/** Reads the heads of one exchange's responses. Confined to the exchanging thread. */
final class HeadReader {
  private HeadReader() {}

  /** Waits for the head of the final response; passes over interim ones, and minds {@code 100}. */
  static ResponseHead last(
      Connection connection, OutgoingRequest request, Observation observation, Sending sending)
      throws IOException, MalformedMessageException {
    if (connection.buffered() == 0 && sending.hasEnded() && !connection.anticipate())
      throw new EndOfStream();
    ResponseHead received = next(connection, request, observation);
    for (int interim = 1; received.isInterim(); interim++) {
      if (received.status() == 101)
        throw MalformedMessageException.of(
            "101 (Switching Protocols) although no upgrade was asked for");
      if (interim > connection.limits.interimResponses())
        throw tooManyInterim(connection.limits.interimResponses());
      if (received.status() == 100) sending.proceed();
      received = next(connection, request, observation);
    }
    return received;
  }

  static MalformedMessageException tooManyInterim(int limit) {
    return MalformedMessageException.limit(
        "the number of interim responses", "interimResponses", limit, "responses");
  }

  private static ResponseHead next(
      Connection connection, OutgoingRequest request, Observation observation)
      throws IOException, MalformedMessageException {
    ResponseParser parser = connection.parser();
    parser.reset(request.method().equals("HEAD"), request.method().equals("CONNECT"));
    observation.reached(ExchangeStage.AWAITING_RESPONSE); // also behind an interim response
    int end = connection.buffered() > 0 ? parse(connection, observation) : -1;
    while (end < 0) {
      if (!connection.fill()) throw new EndOfStream();
      end = parse(connection, observation);
    }
    ResponseHead received = parser.head(connection.buffer(), connection.from(), end);
    connection.takeUpTo(end);
    return received;
  }

  private static int parse(Connection connection, Observation observation)
      throws MalformedMessageException {
    ResponseParser parser = connection.parser();
    try {
      return parser.parse(connection.buffer(), connection.from(), connection.to());
    } finally {
      observation.reached(
          switch (parser.progress()) {
            case NOTHING, STATUS_LINE -> ExchangeStage.STATUS_LINE;
            case HEADER -> ExchangeStage.HEADER;
          });
    }
  }
}
