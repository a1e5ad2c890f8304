package io.walferry.postgres;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Takes a {@code postgresql://user:password@host:port,host:port/database?key=value} URI apart the
 * way libpq does; every part may be missing. Yields libpq's keywords.
 */
final class ConnectionUri {
  private static final List<String> SCHEMES = List.of("postgresql://", "postgres://");

  private final Map<String, String> parts = new LinkedHashMap<>();

  private ConnectionUri() {}

  static boolean matches(String text) {
    return SCHEMES.stream().anyMatch(text::startsWith);
  }

  static Map<String, String> parse(String text) {
    ConnectionUri uri = new ConnectionUri();
    uri.readAll(text.substring(text.indexOf("://") + 3));
    return uri.parts;
  }

  private void readAll(String text) {
    int at = indexOfAny(text, 0, "@/");
    boolean hasUser = at < text.length() && text.charAt(at) == '@';
    if (hasUser) {
      readUser(text.substring(0, at));
    }
    int hosts = hasUser ? at + 1 : 0;
    int hostsEnd = indexOfAny(text, hosts, "/?");
    readHosts(text.substring(hosts, hostsEnd));
    int query = indexOfAny(text, hostsEnd, "?");
    if (query > hostsEnd + 1) {
      parts.put("dbname", decoded(text.substring(hostsEnd + 1, query), "the database name"));
    }
    if (query < text.length()) {
      readQuery(text.substring(query + 1));
    }
  }

  private void readUser(String text) {
    int colon = indexOfAny(text, 0, ":");
    if (colon > 0) {
      parts.put("user", decoded(text.substring(0, colon), "the user name"));
    }
    if (colon < text.length() - 1) {
      parts.put("password", decoded(text.substring(colon + 1), "the password"));
    }
  }

  private void readHosts(String text) {
    if (text.isEmpty()) {
      return;
    }
    List<String> hosts = new ArrayList<>();
    List<String> ports = new ArrayList<>();
    for (String entry : text.split(",", -1)) {
      String where = "host " + (hosts.size() + 1);
      int hostEnd = entry.startsWith("[") ? bracketEnd(entry, where) : indexOfAny(entry, 0, ":");
      String host =
          entry.startsWith("[") ? entry.substring(1, hostEnd - 1) : entry.substring(0, hostEnd);
      hosts.add(decoded(host, where));
      ports.add(
          hostEnd < entry.length()
              ? decoded(entry.substring(hostEnd + 1), "the port of " + where)
              : "");
    }
    parts.put("host", String.join(",", hosts));
    if (ports.stream().anyMatch(port -> !port.isEmpty())) {
      parts.put("port", String.join(",", ports));
    }
  }

  private static int bracketEnd(String entry, String where) {
    int close = entry.indexOf(']');
    if (close < 2) {
      throw InvalidConnectionText.because(where + " starts with '[' but is no [IPv6 address]");
    }
    if (close + 1 < entry.length() && entry.charAt(close + 1) != ':') {
      throw InvalidConnectionText.because(where + " has text after ']' that is not :port");
    }
    return close + 1;
  }

  private void readQuery(String text) {
    int number = 0;
    for (String pair : text.split("&", -1)) {
      number++;
      if (pair.isEmpty()) {
        continue;
      }
      String where = "parameter " + number + " after '?'";
      int equals = pair.indexOf('=');
      if (equals <= 0) {
        throw InvalidConnectionText.because(where + " is not key=value");
      }
      if (pair.indexOf('=', equals + 1) >= 0) {
        throw InvalidConnectionText.because(where + " has a second '='; write it as %3D");
      }
      String key = decoded(pair.substring(0, equals), "the name of " + where);
      String value = decoded(pair.substring(equals + 1), "the value of " + where);
      putParameter(key, value);
    }
  }

  /** JDBC's {@code ssl=true} means libpq's {@code sslmode=require}; libpq takes it, too. */
  private void putParameter(String key, String value) {
    if (key.equals("ssl") && value.equals("true")) {
      parts.put("sslmode", "require");
    } else {
      parts.put(key, value);
    }
  }

  private static int indexOfAny(String text, int from, String wanted) {
    int at = from;
    while (at < text.length() && wanted.indexOf(text.charAt(at)) < 0) {
      at++;
    }
    return at;
  }

  private static String decoded(String text, String where) {
    if (text.indexOf('%') < 0) {
      return text;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] source = text.getBytes(StandardCharsets.UTF_8);
    for (int at = 0; at < source.length; at++) {
      if (source[at] != '%') {
        bytes.write(source[at]);
        continue;
      }
      bytes.write(escaped(source, at, where));
      at += 2;
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes.toByteArray()))
          .toString();
    } catch (CharacterCodingException e) {
      throw InvalidConnectionText.because(where + " is not UTF-8 once %-escapes are decoded");
    }
  }

  private static int escaped(byte[] source, int at, String where) {
    int high = at + 2 < source.length ? Character.digit(source[at + 1], 16) : -1;
    int low = at + 2 < source.length ? Character.digit(source[at + 2], 16) : -1;
    if (high < 0 || low < 0) {
      throw InvalidConnectionText.because(
          where + " has a '%' without two hexadecimal digits; a literal one is %25");
    }
    int value = high * 16 + low;
    if (value == 0) {
      throw InvalidConnectionText.because(where + " holds %00");
    }
    return value;
  }
}
