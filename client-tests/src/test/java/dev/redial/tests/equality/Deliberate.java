package dev.redial.tests.equality;

import dev.redial.tests.equality.Combination.Content;
import dev.redial.tests.equality.Combination.Credentials;
import dev.redial.tests.equality.Combination.Hop;
import dev.redial.tests.equality.Combination.Method;
import dev.redial.tests.equality.Combination.Status;
import dev.redial.tests.equality.Combination.Way;
import dev.redial.tests.equality.Results.Difference;
import java.net.http.HttpClient.Redirect;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * The differences that are meant: which rows have them, in which facts, and where
 * docs/java-net-http.md explains them.
 */
enum Deliberate {
  EMPTY_BODY_IS_NOT_ANNOUNCED(
      6,
      "sends none for GET, HEAD, DELETE, OPTIONS and TRACE",
      row ->
          !row.hasContent()
              && Set.of(Method.GET, Method.HEAD, Method.DELETE, Method.OPTIONS)
                  .contains(row.method()),
      "(server|proxy): request \\d+ header content-length"),

  FAILED_EXPECTATION_IS_DROPPED(
      13,
      "417 is answered by the request without the expectation",
      row -> row.content() == Content.EXPECTED && row.status() == Status.EXPECTATION_FAILED,
      "server|proxy"),

  HANG_UPS_ARE_MADE_GOOD(
      45,
      "are sent again after a hang-up, three times in all",
      row ->
          row.hangsUp()
              && Set.of(Method.GET, Method.HEAD, Method.PUT, Method.DELETE, Method.OPTIONS)
                  .contains(row.lastMethod()),
      "main|server|proxy"),

  ANOTHER_CONNECTION_MAY_DO(
      45,
      "Any request after 421",
      row ->
          row.usesItsConnectionAgain()
              && Set.of(Status.MISDIRECTED, Status.REQUEST_TIMEOUT).contains(row.status()),
      "server|proxy"),

  FIFTH_HOP_IS_FOLLOWED(
      49,
      "Five hops are followed",
      row -> row.hop() == Hop.LOOP && row.policy() != Redirect.NEVER,
      "main|(main|after): previous|server|proxy"),

  REDIRECT_TO_NOWHERE_IS_HANDED_OUT(
      49,
      "`Location` is missing",
      row -> row.hop() == Hop.NO_LOCATION && row.policy() != Redirect.NEVER,
      "main|after: previous|server|proxy"),

  FIELDS_OF_A_BODY_GO_WITH_IT(
      50,
      "without a body go no fields that describe it",
      row -> row.hasContent() && row.isFollowed(),
      "(server|proxy): request \\d+ header (content-type|expect)"),

  BOTH_CREDENTIALS_ARE_SENT(
      53,
      "Where both a proxy and the server want credentials",
      row ->
          row.way() == Way.GUARDED_PROXY
              && row.credentials() != Credentials.NONE
              && row.credentials() != Credentials.OWN,
      "(main|after): (message|previous)|server|proxy"
          + "|proxy: request \\d+ header (proxy-)?authorization"),

  CREDENTIALS_SURVIVE_A_REDIRECT(
      53,
      "Credentials that were answered with a redirect",
      row ->
          row.isFollowed()
              && (row.credentials() == Credentials.KNOWN || row.way() == Way.GUARDED_PROXY),
      "(main|after): previous|server|proxy");

  /** The number of the point. */
  final int point;

  /** What the row of that point says. */
  final String words;

  private final Predicate<Combination> rows;
  private final Pattern facts;

  Deliberate(int point, String words, Predicate<Combination> rows, String facts) {
    this.point = point;
    this.words = words;
    this.rows = rows;
    this.facts = Pattern.compile(facts);
  }

  boolean explains(Combination row, Difference difference) {
    return rows.test(row) && facts.matcher(difference.fact()).matches();
  }
}
