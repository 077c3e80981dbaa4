package dev.redial.tests.servers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.RedialClient;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Arrays;

/** What each server of the matrix has to go through. */
enum Scenario {
  KEEP_ALIVE {
    @Override
    void play(Stage stage) throws Exception {
      for (int i = 0; i < 10; i++) {
        assertSmall(stage.get("/small"));
        assertSmall(stage.post("/small", BodyPublishers.ofString("content")));
      }
      assertThat(stage.client().stats().opened()).isEqualTo(1);
    }
  },
  CHUNKED_ANSWER {
    @Override
    void play(Stage stage) throws Exception {
      for (int i = 0; i < 3; i++) {
        HttpResponse<byte[]> answer = stage.get("/chunked");
        assertSmall(answer);
        assertThat(answer.headers().firstValue("Transfer-Encoding")).hasValue("chunked");
      }
      assertThat(stage.client().stats().opened()).isEqualTo(1);
    }
  },
  LARGE_ANSWER {
    @Override
    void play(Stage stage) throws Exception {
      for (String path : new String[] {"/large", "/large-chunked"}) {
        HttpResponse<byte[]> answer = stage.get(path);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(Arrays.equals(answer.body(), Site.LARGE)).as(path).isTrue();
      }
      assertSmall(stage.get("/small"));
      assertThat(stage.client().stats().opened()).isEqualTo(1);
    }
  },
  LARGE_UPLOAD {
    @Override
    void play(Stage stage) throws Exception {
      assertSmall(stage.post("/small", BodyPublishers.ofByteArray(Site.LARGE)));
      assertSmall(
          stage.post(
              "/small", BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(Site.LARGE))));
      stage.assertExecutedOnce();
    }
  },
  /** Most servers close the connection then, and some reset it. */
  EARLY_ANSWER {
    @Override
    void play(Stage stage) throws Exception {
      for (int i = 0; i < 5; i++) {
        HttpResponse<byte[]> answer =
            stage.post("/refused", BodyPublishers.ofByteArray(Site.LARGE));
        assertThat(answer.statusCode()).isEqualTo(413);
        assertSmall(stage.post("/small", BodyPublishers.ofString("content")));
      }
      stage.assertNothingTwice();
    }
  },
  NO_BODY {
    @Override
    void play(Stage stage) throws Exception {
      for (int i = 0; i < 3; i++) {
        HttpResponse<byte[]> head = stage.head("/large");
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(stage.get("/204").statusCode()).isEqualTo(204);
        assertThat(stage.get("/304").statusCode()).isEqualTo(304);
        assertSmall(stage.get("/small"));
      }
      assertThat(stage.client().stats().opened()).isEqualTo(1);
    }
  },
  RESTART {
    @Override
    void play(Stage stage) throws Exception {
      assertSmall(stage.get("/small"));
      stage.restart();
      assertSmall(stage.post("/small", BodyPublishers.ofString("content")));
      stage.restart();
      assertSmall(stage.get("/small"));
      stage.assertNothingTwice();
    }
  };

  /** One server, and a client of its own. */
  interface Stage {
    RedialClient client();

    HttpResponse<byte[]> get(String path) throws Exception;

    HttpResponse<byte[]> head(String path) throws Exception;

    HttpResponse<byte[]> post(String path, BodyPublisher body) throws Exception;

    void restart() throws Exception;

    /** Every request of this stage was executed once. */
    void assertExecutedOnce() throws Exception;

    /** No request of this stage was executed more often, and all but refused ones were. */
    void assertNothingTwice() throws Exception;
  }

  abstract void play(Stage stage) throws Exception;

  static void assertSmall(HttpResponse<byte[]> answer) {
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).asString().isEqualTo(Site.SMALL);
  }
}
