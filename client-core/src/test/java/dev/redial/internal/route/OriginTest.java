package dev.redial.internal.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OriginTest {
  @ParameterizedTest
  @CsvSource({
    "http://a.example/, false, a.example, 80, a.example",
    "HTTP://A.Example/x, false, a.example, 80, a.example",
    "https://a.example?q, true, a.example, 443, a.example",
    "HttpS://a.example, true, a.example, 443, a.example",
    "http://a.example:80/, false, a.example, 80, a.example",
    "http://a.example:443/, false, a.example, 443, a.example:443",
    "https://a.example:80/, true, a.example, 80, a.example:80",
    "https://a.example:443/, true, a.example, 443, a.example",
    "http://a.example:8080/, false, a.example, 8080, a.example:8080",
    "http://a.example:/, false, a.example, 80, a.example",
    "http://u:p@a.example/, false, a.example, 80, a.example",
    "http://127.0.0.1:1/, false, 127.0.0.1, 1, 127.0.0.1:1",
    "http://[::1]/, false, ::1, 80, [::1]",
    "http://[::1]:8080/, false, ::1, 8080, [::1]:8080",
    "https://[FE80::A]:8443/, true, fe80::a, 8443, [fe80::a]:8443"
  })
  void schemeHostAndPort(String uri, boolean secure, String host, int port, String authority) {
    Origin origin = Origin.of(URI.create(uri));

    assertThat(origin).isEqualTo(new Origin(secure, host, port));
    assertThat(origin.authority()).isEqualTo(authority);
    assertThat(origin).hasToString((secure ? "https://" : "http://") + authority);
  }

  /**
   * RFC 6874 section 4: a zone id means nothing to others; the name of an interface keeps its case.
   */
  @ParameterizedTest
  @CsvSource({
    "http://[fe80::1%25eth0]:8080/, fe80::1%eth0, [fe80::1]:8080",
    "http://[FE80::1%25Eth0]/, fe80::1%Eth0, [fe80::1]",
    "http://[fe80::1%eth0]/, fe80::1%eth0, [fe80::1]",
    "http://[fe80::1%251]/, fe80::1%1, [fe80::1]"
  })
  void aZoneIdIsForTheAddressAndNotForTheServer(String uri, String host, String authority) {
    Origin origin = Origin.of(URI.create(uri));

    assertThat(origin.host()).isEqualTo(host);
    assertThat(origin.authority()).isEqualTo(authority);
  }

  @Test
  void theDefaultPortIsTheSchemes() {
    assertThat(new Origin(false, "a", 80).hasDefaultPort()).isTrue();
    assertThat(new Origin(true, "a", 443).hasDefaultPort()).isTrue();
    assertThat(new Origin(true, "a", 80).hasDefaultPort()).isFalse();
    assertThat(new Origin(false, "a", 443).hasDefaultPort()).isFalse();
  }

  @Test
  void equalOnesAreInterchangeable() {
    Origin origin = new Origin(false, "a", 80);

    assertThat(origin)
        .isEqualTo(Origin.of(URI.create("HTTP://A/x")))
        .hasSameHashCodeAs(Origin.of(URI.create("HTTP://A/x")))
        .isNotEqualTo(new Origin(true, "a", 80))
        .isNotEqualTo(new Origin(false, "b", 80))
        .isNotEqualTo(new Origin(false, "a", 81))
        .isNotEqualTo("http://a");
  }
}
