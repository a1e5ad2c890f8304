package io.walferry.postgres;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * libpq's password file: lines of {@code host:port:database:user:password}, where {@code *} matches
 * all and a backslash makes {@code :} or itself literal; the first line that matches counts. A
 * replication connection to a database is matched by that database, as in libpq.
 */
record PasswordFile(Path path, List<ServerAddress> servers, String database, String user)
    implements PasswordSource {
  private static final Logger LOG = LoggerFactory.getLogger(PasswordFile.class);

  PasswordFile {
    servers = List.copyOf(servers);
  }

  /**
   * The password for all the servers.
   *
   * @throws WalferryException {@code CONFIGURATION_INVALID} if the servers have different ones;
   *     {@code PASSWORD_UNAVAILABLE} if the file cannot be read
   */
  @Override
  public Optional<Secret> ask() {
    if (!usable()) {
      return Optional.empty();
    }
    List<String> lines = read();
    List<Optional<String>> found =
        servers.stream().map(server -> match(lines, server)).distinct().toList();
    if (found.size() > 1) {
      throw InvalidConnectionText.because(
          "the password file does not have the same password for each of its hosts; give one");
    }
    return found.getFirst().map(Secret::new);
  }

  private boolean usable() {
    if (!Files.exists(path)) {
      return false;
    }
    if (!Files.isRegularFile(path)) {
      LOG.warn("the password file {} is not a plain file; it is ignored", path);
      return false;
    }
    if (openToOthers()) {
      LOG.warn(
          "the password file {} can be read by group or others; it is ignored until you run:"
              + " chmod 600 {}",
          path,
          path);
      return false;
    }
    return true;
  }

  private boolean openToOthers() {
    PosixFileAttributeView view = Files.getFileAttributeView(path, PosixFileAttributeView.class);
    if (view == null) {
      return false;
    }
    try {
      Set<PosixFilePermission> permissions = view.readAttributes().permissions();
      return permissions.stream().anyMatch(granted -> !granted.name().startsWith("OWNER_"));
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private List<String> read() {
    try {
      return Files.readAllLines(path);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private WalferryException unreadable(IOException cause) {
    return new WalferryException(
        ErrorCode.PASSWORD_UNAVAILABLE, "cannot read the password file " + path, cause);
  }

  private Optional<String> match(List<String> lines, ServerAddress server) {
    List<String> wanted = List.of(server.host(), Integer.toString(server.port()), database, user);
    return lines.stream()
        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
        .map(PasswordFile::fields)
        .filter(fields -> fields.size() > wanted.size() && matches(fields, wanted))
        .map(fields -> fields.get(wanted.size()).text())
        .findFirst()
        .filter(password -> !password.isEmpty());
  }

  private static boolean matches(List<Field> fields, List<String> wanted) {
    for (int i = 0; i < wanted.size(); i++) {
      if (!fields.get(i).any() && !fields.get(i).text().equals(wanted.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static List<Field> fields(String line) {
    List<Field> fields = new ArrayList<>();
    StringBuilder field = new StringBuilder();
    boolean literal = false;
    for (int at = 0; at < line.length(); at++) {
      char character = line.charAt(at);
      if (character == '\\' && at + 1 < line.length()) {
        at++;
        literal = true;
        field.append(line.charAt(at));
      } else if (character == ':') {
        fields.add(new Field(field.toString(), literal));
        field.setLength(0);
        literal = false;
      } else {
        field.append(character);
      }
    }
    fields.add(new Field(field.toString(), literal));
    return Collections.unmodifiableList(fields);
  }

  /** One field of a line; an escaped star is a star. */
  private record Field(String text, boolean literal) {
    boolean any() {
      return !literal && text.equals("*");
    }

    @Override
    public String toString() {
      return "***";
    }
  }
}
