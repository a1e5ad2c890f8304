package io.walferry.cli.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A secret that stands elsewhere: {@code {file: path}} or {@code {env: VARIABLE}}. */
final class SecretReference {
  private final Reading reading;
  private final String path;

  SecretReference(Reading reading, String path) {
    this.reading = reading;
    this.path = path;
  }

  Optional<Scalar> read(Section section) {
    boolean file = section.has("file");
    boolean variable = section.has("env");
    if (file == variable) {
      reading.problem(section.place(), "'" + path + "' needs either 'file' or 'env'");
    }
    Optional<Scalar> named = section.scalar(file ? "file" : "env");
    if (file && variable) {
      section.scalar("env");
    }
    section.finish();
    return named.flatMap(name -> file ? fromFile(name) : fromVariable(name));
  }

  private Optional<Scalar> fromVariable(Scalar name) {
    Optional<String> value = Optional.ofNullable(reading.environment().get(name.text()));
    if (value.isEmpty()) {
      reading.problem(name.place(), "'" + path + "': the variable " + name.text() + " is not set");
    }
    return value.map(text -> new Scalar(text, name.place()));
  }

  /** The line break at its end is the editor's, not the secret's. */
  private Optional<Scalar> fromFile(Scalar name) {
    Path file = reading.directory().resolve(name.text());
    try {
      String text = Files.readString(file).replaceAll("\\R\\z", "");
      return Optional.of(new Scalar(text, name.place()));
    } catch (IOException e) {
      reading.problem(name.place(), "'" + path + "': cannot read the file " + file);
      return Optional.empty();
    }
  }
}
