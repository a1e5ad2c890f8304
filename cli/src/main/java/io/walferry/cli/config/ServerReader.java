package io.walferry.cli.config;

import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads section {@code server}: where the process answers questions. */
final class ServerReader {
  private static final String LOOPBACK = "127.0.0.1";
  private static final int PORT_MAX = 65_535;
  private static final Pattern ADDRESS =
      Pattern.compile("(?:(?<host>[^:\\[\\]]+|\\[[0-9a-fA-F:.]+]):)?(?<port>[0-9]{1,5})");
  private static final Format<Optional<InetSocketAddress>> LISTEN =
      text -> {
        Matcher matcher = ADDRESS.matcher(text);
        if (!matcher.matches() || Integer.parseInt(matcher.group("port")) > PORT_MAX) {
          throw new Format.BadValueException("must be a port or HOST:PORT, such as 127.0.0.1:9464");
        }
        int port = Integer.parseInt(matcher.group("port"));
        String host = Optional.ofNullable(matcher.group("host")).orElse(LOOPBACK);
        return Optional.of(
            host.equals("*") ? new InetSocketAddress(port) : new InetSocketAddress(host, port));
      };

  private ServerReader() {}

  /** Empty where nobody is to be answered. */
  static Optional<InetSocketAddress> listen(Section root) {
    Section server = root.section("server");
    Optional<InetSocketAddress> listen = server.value("listen", Optional.empty(), LISTEN);
    server.finish();
    return listen;
  }
}
