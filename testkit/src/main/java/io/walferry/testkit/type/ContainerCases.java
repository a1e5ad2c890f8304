package io.walferry.testkit.type;

import java.util.List;

/** Types that are made of others. */
final class ContainerCases {
  private static final String AWKWARD =
      "{\"a,b\",\"\",NULL,\"NULL\",\"null\",\"q\\\"\\\\\",\"{}\",\" \",é😀,\"\n\",a;b}";

  private static final String NESTED =
      "(\"(1,\"\"a b\"\")\",\"{\"\"(2,)\"\",NULL,\"\"(,\\\\\"\"\\\\\"\")\"\"}\",ok,"
          + "\"2024-02-29 00:00:00+00\",7)";

  private static final String MOOD = "it's \"fine\", ü";

  static final List<TypeCase> ALL =
      new CaseTable()
          .same("int4[]", "{}", "{1}", "{1,NULL,-3}", "{NULL}", "{{1,2},{3,4}}", "{{{1}},{{NULL}}}")
          .same("int4[]", "[2:3]={5,6}", "[-1:0][5:5]={{1},{2}}", "{{{{{{1,2}}}}}}")
          .same("text[]", "{}", "{\"\"}", AWKWARD, "{{é},{😀}}", "[0:0]={NULL}")
          .same("bool[]", "{t,f,NULL}")
          .same("numeric[]", "{1.50,NaN,-Infinity}")
          .same("float8[]", "{0.1,-0,NaN}")
          .same("timestamptz[]", "{\"2024-02-29 00:00:00+00\",infinity}")
          .same("bytea[]", "{\"\\\\x\",\"\\\\x00ff\"}")
          .same("uuid[]", "{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}")
          .same("jsonb[]", "{\"{\\\"a\\\": \\\"b\\\\\\\\c\\\"}\",\"null\"}")
          .same("box[]", "{}", "{(1,1),(0,0)}", "{(1,1),(0,0);NULL;(3,3),(2,2)}")
          .same("point[]", "{\"(1,2)\",\"(3,4)\"}")
          .same("inet[]", "{10.0.0.1,::1/64}")
          .same("varbit[]", "{\"\",101}")
          .same("interval[]", "{\"1 day\",01:00:00}")
          .same("int2vector[]", "{\"1 2\"}")
          .same("money[]", "{$1.00,-$2.00}")
          .same("aclitem[]", "{postgres=r/postgres}")
          .same("int4range[]", "{\"[1,5)\",empty,\"(,)\"}")
          .same("int4range", "empty", "[1,5)", "(,)", "[-3,)", "(,2147483647)")
          .printed("int4range", "(1,5]", "[2,6)")
          .same("int8range", "[-9223372036854775808,9223372036854775807)", "empty", "(,)", "(,0)")
          .same("numrange", "[1.50,1.50]", "(0,1]", "[-Infinity,NaN]", "empty", "(,)", "(1.50,)")
          .same("daterange", "[2024-01-01,2024-03-01)", "[\"0044-03-15 BC\",infinity)")
          .same("daterange", "empty", "(,)", "[infinity,)", "[-infinity,-infinity]")
          .printed("daterange", "[,2024-03-01]", "(,2024-03-02)")
          .printed(
              "tsrange",
              "[2024-01-01,2024-03-01)",
              "[\"2024-01-01 00:00:00\",\"2024-03-01 00:00:00\")")
          .same("tsrange", "(-infinity,infinity)", "empty", "(,)")
          .same("tstzrange", "[\"2024-01-01 00:00:00+00\",\"2024-03-01 00:00:00.5+00\"]", "(,)")
          .same("tstzrange", "empty", "(-infinity,infinity]")
          .same("typed.text_range", "[a,b)", "[\"\",\"(,)\")", "[\" \",\"\"\"\\\\\"]", "empty")
          .same("typed.float_range", "[-0.1,1e+300)", "(-Infinity,Infinity)")
          .same("typed.span", "[1,5)", "empty")
          .same("int4multirange", "{}", "{[1,5)}", "{(,1),[3,5),[7,)}", "{(,)}")
          .same("nummultirange", "{[1.50,1.50],(2,3.0]}")
          .same("nummultirange", "{}", "{(,)}", "{(,1),[NaN,)}")
          .same("datemultirange", "{[2024-01-01,2024-03-01)}")
          .same("datemultirange", "{}", "{(,2024-01-01),[infinity,)}")
          .same("int8multirange", "{[1,2)}")
          .same("int8multirange", "{}", "{(,1),[3,5),[7,)}")
          .same("tsmultirange", "{(,\"2024-01-01 00:00:00\")}")
          .same("tsmultirange", "{}", "{(,)}")
          .same("tstzmultirange", "{[\"2024-01-01 00:00:00+00\",infinity)}")
          .same("tstzmultirange", "{}", "{(,)}")
          .same("typed.text_multirange", "{[\"\",\",\"),[{},\"}\"\"\"]}")
          .same("int4multirange[]", "{\"{[1,5),[7,9)}\",\"{}\"}")
          .same("typed.mood", "sad", "ok", MOOD)
          .same("typed.mood[]", "{sad,NULL,\"it's \\\"fine\\\", ü\"}")
          .same("typed.age", "0", "2147483647")
          .same("typed.age[]", "{1,NULL}")
          .same("typed.tags", "{}", "{a,\"b c\"}")
          .same("typed.pair", "(1,a)", "(,)", "(1,\"\")", "(,\"a,b\")", "(-1,\"()\")", "(0,\"\n\")")
          .same("typed.pair", "(0,\"q\"\"\\\\\")", "(0,NULL)")
          .same("typed.checked_pair", "(1,a)")
          .same("typed.pair[]", "{\"(1,a)\",NULL,\"(,\\\"b c\\\")\"}")
          .same("typed.nothing", "()")
          .same("typed.shop", "(1,x)")
          .same("typed.nested", "(,,,,)", NESTED)
          .same("public.hstore[]", "{\"\\\"a\\\"=>NULL\",\"\"}")
          .same("public.citext[]", "{A,a}")
          .same("public.ltree[]", "{a.b,\"\"}")
          .toList();

  private ContainerCases() {}
}
