package io.walferry.value;

import java.util.List;

/** The geometric types. Coordinates are {@code float8}, so NaN and the infinities may occur. */
public sealed interface Geometry {
  record Point(double x, double y) implements Geometry {}

  /** The line on which {@code a·x + b·y + c = 0}. */
  record Line(double a, double b, double c) implements Geometry {}

  record Segment(Point start, Point end) implements Geometry {}

  record Box(Point high, Point low) implements Geometry {}

  record Path(boolean closed, List<Point> points) implements Geometry {
    public Path {
      points = List.copyOf(points);
    }
  }

  record Polygon(List<Point> points) implements Geometry {
    public Polygon {
      points = List.copyOf(points);
    }
  }

  record Circle(Point center, double radius) implements Geometry {}
}
