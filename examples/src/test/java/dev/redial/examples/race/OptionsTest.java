package dev.redial.examples.race;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionsTest {

  @Test
  void withoutOptionsTheBuiltInServerIsCalledWithGetsAndPosts() {
    Options options = Options.parse(List.of());

    assertThat(options.url()).isEmpty();
    assertThat(options.post()).isTrue();
    assertThat(options.duration()).isEqualTo(Duration.ofSeconds(20));
    assertThat(options.threads()).isEqualTo(64);
    assertThat(options.pause()).isEqualTo(Duration.ofSeconds(1));
    assertThat(options.help()).isFalse();
  }

  @Test
  void anotherServerIsSentNoPostsUnlessAllowed() {
    List<String> url = List.of("--url", "https://example.com:8443/health?full");

    assertThat(Options.parse(url).url())
        .contains(URI.create("https://example.com:8443/health?full"));
    assertThat(Options.parse(url).post()).isFalse();
    assertThat(Options.parse(List.of("--post", url.get(0), url.get(1))).post()).isTrue();
  }

  @Test
  void everyNumberIsTaken() {
    Options options = Options.parse(List.of("--seconds", "3", "--threads", "1", "--pause-ms", "0"));

    assertThat(options.duration()).isEqualTo(Duration.ofSeconds(3));
    assertThat(options.threads()).isEqualTo(1);
    assertThat(options.pause()).isEqualTo(Duration.ZERO);
  }

  @Test
  void helpIsRecognisedAmongOthers() {
    assertThat(Options.parse(List.of("--seconds", "3", "--help")).help()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "--seconds 0, --seconds must be a number from 1 to 3600: 0",
    "--seconds 3601, --seconds must be a number from 1 to 3600: 3601",
    "--seconds ten, --seconds must be a number from 1 to 3600: ten",
    "--seconds, --seconds needs a value",
    "--threads 0, --threads must be a number from 1 to 10000: 0",
    "--threads 99999999999, --threads must be a number from 1 to 10000: 99999999999",
    "--pause-ms -1, --pause-ms must be a number from 0 to 600000: -1",
    "--url ftp://example.com/, --url must be an absolute http or https URL: ftp://example.com/",
    "--url localhost:8080, --url must be an absolute http or https URL: localhost:8080",
    "--url http:///path, --url must be an absolute http or https URL: http:///path",
    "--url http://a|b/, --url must be an absolute http or https URL: http://a|b/",
    "--url, --url needs a value",
    "--post, --post goes with --url only: the built-in server is always sent POSTs too",
    "--verbose, unknown option: --verbose",
    "http://example.com/, unknown option: http://example.com/",
  })
  void aBadOptionIsNamedWithItsValue(String commandLine, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Options.parse(List.of(commandLine.split(" "))))
        .withMessage(message);
  }
}
