package dev.redial.tests.servers;

import dev.redial.tests.kit.RequestSeen;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.timeout.ReadTimeoutHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/** A server made of Netty's parts, as its examples and Reactor Netty put them together. */
@SuppressWarnings("FutureReturnValueIgnored") // a write that fails ends the channel, as it should
final class NettyServer implements RunningServer {
  private final EventLoopGroup threads =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

  NettyServer(Site site, int port, Duration idle) throws InterruptedException {
    try {
      bind(site, port, idle);
    } catch (Throwable failure) {
      stop();
      throw failure;
    }
  }

  private void bind(Site site, int port, Duration idle) throws InterruptedException {
    new ServerBootstrap()
        .group(threads)
        .channel(NioServerSocketChannel.class)
        .option(ChannelOption.SO_REUSEADDR, true)
        .childHandler(
            new ChannelInitializer<SocketChannel>() {
              @Override
              protected void initChannel(SocketChannel channel) {
                channel
                    .pipeline()
                    .addLast(new ReadTimeoutHandler(idle.toMillis(), TimeUnit.MILLISECONDS))
                    .addLast(new HttpServerCodec())
                    .addLast(new HttpServerKeepAliveHandler())
                    .addLast(new SiteHandler(site));
              }
            })
        .bind("127.0.0.1", port)
        .sync();
  }

  @Override
  public void stop() throws InterruptedException {
    threads.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
  }

  /** Passes over bodies; one that is refused is not waited for. */
  private static final class SiteHandler extends SimpleChannelInboundHandler<HttpObject> {
    private final Site site;
    private HttpRequest waiting; // for the end of its body; null if there is none

    SiteHandler(Site site) {
      this.site = site;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, HttpObject message)
        throws IOException {
      if (message instanceof HttpRequest request) waiting = request;
      if (waiting == null) return;
      boolean early = waiting.uri().equals("/refused");
      if (!early && !(message instanceof LastHttpContent)) return;
      HttpRequest request = waiting;
      waiting = null;
      site.serve(
          request.uri(),
          request.headers().get(RequestSeen.ID_FIELD),
          InputStream.nullInputStream(),
          (status, length) -> begin(context, status, length, early));
    }

    private static OutputStream begin(
        ChannelHandlerContext context, int status, OptionalLong length, boolean close) {
      HttpResponse head =
          new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status));
      if (length.isEmpty()) HttpUtil.setTransferEncodingChunked(head, true);
      else if (status != 204) HttpUtil.setContentLength(head, length.getAsLong());
      if (close) HttpUtil.setKeepAlive(head, false);
      context.write(head);
      return new Body(context);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close(); // timed out, or the client has gone
    }
  }

  private static final class Body extends OutputStream {
    private final ChannelHandlerContext context;

    Body(ChannelHandlerContext context) {
      this.context = context;
    }

    @Override
    public void write(int octet) {
      write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] octets, int from, int length) {
      context.write(new DefaultHttpContent(Unpooled.copiedBuffer(octets, from, length)));
    }

    @Override
    public void flush() {
      context.flush();
    }

    @Override
    public void close() {
      context.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
    }
  }
}
