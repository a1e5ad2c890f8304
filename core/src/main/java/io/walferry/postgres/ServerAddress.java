package io.walferry.postgres;

/**
 * Where one server listens.
 *
 * @param host name or address; an IPv6 address stands without brackets
 */
public record ServerAddress(String host, int port) {
  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
