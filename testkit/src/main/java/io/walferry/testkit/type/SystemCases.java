package io.walferry.testkit.type;

import java.util.List;

/** Addresses, shapes, and what PostgreSQL says of itself. */
final class SystemCases {
  static final List<TypeCase> ALL =
      new CaseTable()
          .same("inet", "0.0.0.0", "255.255.255.255", "10.0.0.1/8", "192.168.0.1/0", "::", "::1")
          .same("inet", "2001:db8::/32", "::/0", "::8", "1::", "0:0:1::", "1::2:0:0:3:4")
          .same("inet", "::ffff:1.2.3.4", "::1.2.3.4", "::ffff:1.2.3.4/100", "1:0:2:3:4:5:6:7")
          .same("inet", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/127")
          .printed("inet", "::7:8", "::0.7.0.8")
          .printed("inet", "::FFFF:0:0", "::ffff:0.0.0.0")
          .same("cidr", "0.0.0.0/0", "10.0.0.0/8", "1.2.3.4/32", "::/0", "2001:db8::/32", "::1/128")
          .printed("cidr", "10.1", "10.1.0.0/16")
          .same("macaddr", "00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "08:00:2b:01:02:03")
          .same("macaddr8", "00:00:00:00:00:00:00:00", "08:00:2b:01:02:03:04:05")
          .printed("macaddr8", "08:00:2b:01:02:03", "08:00:2b:ff:fe:01:02:03")
          .same("point", "(0,0)", "(-0,1.5)", "(1e+300,5e-324)", "(NaN,Infinity)", "(-Infinity,1)")
          .same("line", "{1,-1,0}", "{0,-1,2.5}")
          .same("lseg", "[(1,2),(3,4)]", "[(0,0),(0,0)]")
          .same("box", "(3,4),(1,2)", "(0,0),(0,0)")
          .printed("box", "(1,4),(3,2)", "(3,4),(1,2)")
          .same("path", "((1,2),(3,4))", "[(1,2),(3,4)]", "[(1,2)]", "((0.1,0.2),(3,4),(5,6))")
          .same("polygon", "((1,2))", "((0,0),(1,0),(0,1))")
          .same("circle", "<(1,2),3>", "<(0,0),0>", "<(0,0),Infinity>")
          .same("pg_lsn", "0/0", "16/3002D50", "FFFFFFFF/FFFFFFFF")
          .same("oid", "0", "26", "4294967295")
          .same("xid", "0", "4294967295")
          .same("xid8", "0", "9223372036854775808", "18446744073709551615")
          .same("cid", "0", "4294967295")
          .same("tid", "(0,0)", "(42,7)", "(4294967295,65535)")
          .same("pg_snapshot", "10:10:", "10:20:10,14,15")
          .same("txid_snapshot", "10:10:", "10:20:10,14,15")
          .same("int2vector", "", "1", "1 -2 32767")
          .same("oidvector", "", "23", "23 4294967295")
          .same("refcursor", "", "cursor 1")
          .same("aclitem", "postgres=r/postgres", "=rw*/postgres")
          .same("regclass", "pg_class", "typed.shop", "-", "4294967295")
          .same("regtype", "integer", "typed.mood", "integer[]", "-")
          .same("regproc", "now", "-")
          .same("regprocedure", "abs(integer)", "-")
          .same("regoper", "||/", "0")
          .same("regoperator", "=(integer,integer)", "0")
          .same("regrole", "postgres", "-")
          .same("regnamespace", "pg_catalog", "typed")
          .same("regconfig", "simple", "english")
          .same("regdictionary", "simple")
          .same("regcollation", "\"C\"", "\"default\"")
          .toList();

  private SystemCases() {}
}
