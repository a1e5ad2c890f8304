package io.walferry.cli.config;

import io.walferry.postgres.PasswordSource;
import io.walferry.postgres.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A secret that stands elsewhere: {@code {file: path}}, {@code {env: VARIABLE}} or, for a password,
 * {@code {command: [program, argument]}}.
 */
final class SecretReference {
  /** Whoever asks a service over a network needs a moment. */
  private static final Duration COMMAND_TIME = Duration.ofSeconds(30);

  private final Reading reading;
  private final Section section;

  SecretReference(Reading reading, Section section) {
    this.reading = reading;
    this.section = section;
  }

  /** Its text as of now. */
  Optional<Scalar> read() {
    Optional<String> kind = kind(List.of("file", "env"));
    Optional<Scalar> named = kind.flatMap(section::scalar);
    section.finish();
    return named.flatMap(name -> kind.get().equals("file") ? fromFile(name) : fromVariable(name));
  }

  /** Where it comes from, each time anew; a file is tried now, too. */
  Optional<PasswordSource> password() {
    Optional<String> kind = kind(List.of("file", "env", "command"));
    Optional<PasswordSource> source =
        switch (kind.orElse("")) {
          case "file" ->
              section
                  .scalar("file")
                  .filter(name -> fromFile(name).isPresent())
                  .map(name -> PasswordSource.file(path(name)));
          case "env" ->
              section
                  .scalar("env")
                  .flatMap(this::fromVariable)
                  .map(value -> PasswordSource.of(new Secret(value.text())));
          case "command" -> command(section.list("command", word -> word));
          default -> Optional.empty();
        };
    section.finish();
    return source;
  }

  /** The one of these keys that is there. */
  private Optional<String> kind(List<String> kinds) {
    List<String> there = kinds.stream().filter(section::has).toList();
    if (there.size() != 1) {
      reading.problem(
          section.place(),
          "'%s' needs one of '%s'".formatted(section.path(), String.join("', '", kinds)));
      return Optional.empty();
    }
    return Optional.of(there.getFirst());
  }

  private Optional<PasswordSource> command(List<String> words) {
    if (words.isEmpty() || words.getFirst().isEmpty()) {
      reading.problem(
          section.placeOf("command"),
          "'%s' needs a program and its arguments, such as [cat, token]"
              .formatted(section.pathOf("command")));
      return Optional.empty();
    }
    return Optional.of(PasswordSource.command(words, COMMAND_TIME));
  }

  private Optional<Scalar> fromVariable(Scalar name) {
    Optional<String> value = Optional.ofNullable(reading.environment().get(name.text()));
    if (value.isEmpty()) {
      reading.problem(
          name.place(), "'" + section.path() + "': the variable " + name.text() + " is not set");
    }
    return value.map(text -> new Scalar(text, name.place()));
  }

  private Optional<Scalar> fromFile(Scalar name) {
    Path file = path(name);
    try {
      String text = Secret.withoutLineBreak(Files.readString(file)).reveal();
      return Optional.of(new Scalar(text, name.place()));
    } catch (IOException e) {
      reading.problem(name.place(), "'" + section.path() + "': cannot read the file " + file);
      return Optional.empty();
    }
  }

  private Path path(Scalar name) {
    return reading.directory().resolve(name.text());
  }
}
