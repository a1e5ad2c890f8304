package io.walferry.sinks.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TypeFitTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "integer; integer; true",
        "integer; bigint; true",
        "bigint; integer; false",
        "bigint; numeric; true",
        "numeric; bigint; false",
        "real; double precision; false",
        "boolean; text; true",
        "text; character varying; false",
        "character varying(10); character varying(20); true",
        "character varying(20); character varying(10); false",
        "character varying(10); character varying; true",
        "character varying; character varying(10); false",
        "character(5); character(6); false",
        "numeric(10,2); numeric; true",
        "numeric(10,2); numeric(12,2); true",
        "numeric(10,2); numeric(12,3); false",
        "numeric; numeric(10,2); false",
        "timestamp(3) without time zone; timestamp without time zone; true",
        "timestamp(3) without time zone; timestamp(6) without time zone; false",
        "timestamp without time zone; timestamp with time zone; false",
        "public.mood; text; true",
        "public.mood; public.other; false",
        "integer[]; bigint[]; false"
      })
  void aTypeFitsIfItPrintsEveryValueTheSame(String source, String destination, boolean fits) {
    assertEquals(fits, TypeFit.fits(source, destination));
  }
}
