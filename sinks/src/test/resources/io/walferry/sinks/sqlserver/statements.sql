-- create public.item
CREATE TABLE [dbo].[item] ([id] int NOT NULL, [we]]rd] nvarchar(max) COLLATE Latin1_General_100_BIN2 NULL, [price] decimal(10,2) NULL, [at] datetimeoffset(6) NULL, [data] varbinary(max) NULL, PRIMARY KEY ([id]));

-- create other.word
CREATE TABLE [other].[word] ([w] nvarchar(440) COLLATE Latin1_General_100_BIN2 NOT NULL, [n] int NOT NULL, [numbered] int NULL, PRIMARY KEY ([w], [n]));

-- create public.bag
CREATE TABLE [dbo].[bag] ([n] int NULL, [v] nvarchar(max) COLLATE Latin1_General_100_BIN2 NULL);

-- create public.moment
CREATE TABLE [dbo].[moment] ([day] date NOT NULL, [at] datetime2(6) NULL, [zoned] datetimeoffset(6) NULL, [hour] time(6) NULL, [short] datetime2(6) NULL, [flag] bit NULL, [ratio] float(53) NULL, [id] uniqueidentifier NULL, PRIMARY KEY ([day]));

-- schema
IF SCHEMA_ID(N'it''s ]') IS NULL EXEC(N'CREATE SCHEMA [it''s ]]]');

-- one: INSERT [Parameter[side=AFTER, column=0], Parameter[side=AFTER, column=1], Parameter[side=AFTER, column=2], Parameter[side=AFTER, column=3], Parameter[side=AFTER, column=4]]
INSERT INTO [dbo].[item] ([id], [we]]rd], [price], [at], [data]) SELECT CAST(s.a0 AS int), s.a1, CAST(s.a2 AS decimal(10,2)), CAST(s.a3 AS datetimeoffset(6)), s.a4 FROM (SELECT ? AS a0, ? COLLATE Latin1_General_100_BIN2 AS a1, ? AS a2, ? AS a3, ? AS a4) AS s;

-- stage: INSERT
CREATE TABLE #walferry_stage (a0 bigint NULL, a1 nvarchar(max) COLLATE Latin1_General_100_BIN2 NULL, a2 nvarchar(64) COLLATE Latin1_General_100_BIN2 NULL, a3 nvarchar(64) COLLATE Latin1_General_100_BIN2 NULL, a4 varbinary(max) NULL);

-- many: INSERT [Parameter[side=AFTER, column=0], Parameter[side=AFTER, column=1], Parameter[side=AFTER, column=2], Parameter[side=AFTER, column=3], Parameter[side=AFTER, column=4]]
INSERT INTO [dbo].[item] ([id], [we]]rd], [price], [at], [data]) SELECT CAST(s.a0 AS int), s.a1, CAST(s.a2 AS decimal(10,2)), CAST(s.a3 AS datetimeoffset(6)), s.a4 FROM #walferry_stage AS s;

-- one: Update[location=NEW_KEY, unchanged={}] [Parameter[side=AFTER, column=1], Parameter[side=AFTER, column=2], Parameter[side=AFTER, column=3], Parameter[side=AFTER, column=4], Parameter[side=AFTER, column=0]]
UPDATE d SET [we]]rd] = s.a1, [price] = CAST(s.a2 AS decimal(10,2)), [at] = CAST(s.a3 AS datetimeoffset(6)), [data] = s.a4 FROM (SELECT ? COLLATE Latin1_General_100_BIN2 AS a1, ? AS a2, ? AS a3, ? AS a4, ? AS a0) AS s INNER JOIN [dbo].[item] AS d ON d.[id] = CAST(s.a0 AS int);

-- stage: Update[location=NEW_KEY, unchanged={}]
CREATE TABLE #walferry_stage (a1 nvarchar(max) COLLATE Latin1_General_100_BIN2 NULL, a2 nvarchar(64) COLLATE Latin1_General_100_BIN2 NULL, a3 nvarchar(64) COLLATE Latin1_General_100_BIN2 NULL, a4 varbinary(max) NULL, a0 bigint NULL);

-- many: Update[location=NEW_KEY, unchanged={}] [Parameter[side=AFTER, column=1], Parameter[side=AFTER, column=2], Parameter[side=AFTER, column=3], Parameter[side=AFTER, column=4], Parameter[side=AFTER, column=0]]
UPDATE d SET [we]]rd] = s.a1, [price] = CAST(s.a2 AS decimal(10,2)), [at] = CAST(s.a3 AS datetimeoffset(6)), [data] = s.a4 FROM #walferry_stage AS s INNER JOIN [dbo].[item] AS d ON d.[id] = CAST(s.a0 AS int);

-- one: Update[location=NEW_KEY, unchanged={1, 2, 3, 4}] [Parameter[side=AFTER, column=0]]
UPDATE d SET [id] = d.[id] FROM (SELECT ? AS a0) AS s INNER JOIN [dbo].[item] AS d ON d.[id] = CAST(s.a0 AS int);

-- stage: Update[location=NEW_KEY, unchanged={1, 2, 3, 4}]
CREATE TABLE #walferry_stage (a0 bigint NULL);

-- many: Update[location=NEW_KEY, unchanged={1, 2, 3, 4}] [Parameter[side=AFTER, column=0]]
UPDATE d SET [id] = d.[id] FROM #walferry_stage AS s INNER JOIN [dbo].[item] AS d ON d.[id] = CAST(s.a0 AS int);

-- one: Update[location=OLD_KEY, unchanged={1, 4}] [Parameter[side=AFTER, column=0], Parameter[side=AFTER, column=2], Parameter[side=AFTER, column=3], Parameter[side=BEFORE, column=0]]
UPDATE d SET [id] = CAST(s.a0 AS int), [price] = CAST(s.a2 AS decimal(10,2)), [at] = CAST(s.a3 AS datetimeoffset(6)) FROM (SELECT ? AS a0, ? AS a2, ? AS a3, ? AS b0) AS s INNER JOIN [dbo].[item] AS d ON d.[id] = CAST(s.b0 AS int);

-- one: Delete[location=OLD_KEY] [Parameter[side=BEFORE, column=0]]
DELETE d FROM (SELECT ? AS b0) AS s INNER JOIN [dbo].[item] AS d ON d.[id] = CAST(s.b0 AS int);

-- stage: Delete[location=OLD_KEY]
CREATE TABLE #walferry_stage (b0 bigint NULL);

-- many: Delete[location=OLD_KEY] [Parameter[side=BEFORE, column=0]]
DELETE d FROM #walferry_stage AS s INNER JOIN [dbo].[item] AS d ON d.[id] = CAST(s.b0 AS int);

-- merge [Parameter[side=AFTER, column=0], Parameter[side=AFTER, column=1], Parameter[side=AFTER, column=2], Parameter[side=AFTER, column=3], Parameter[side=AFTER, column=4]]
MERGE [dbo].[item] WITH (HOLDLOCK) AS d USING #walferry_stage AS s ON d.[id] = CAST(s.a0 AS int) WHEN MATCHED THEN UPDATE SET [we]]rd] = s.a1, [price] = CAST(s.a2 AS decimal(10,2)), [at] = CAST(s.a3 AS datetimeoffset(6)), [data] = s.a4 WHEN NOT MATCHED BY TARGET THEN INSERT ([id], [we]]rd], [price], [at], [data]) VALUES (CAST(s.a0 AS int), s.a1, CAST(s.a2 AS decimal(10,2)), CAST(s.a3 AS datetimeoffset(6)), s.a4);

-- one: INSERT [Parameter[side=AFTER, column=0], Parameter[side=AFTER, column=1], Parameter[side=AFTER, column=2]]
SET IDENTITY_INSERT [other].[word] ON; INSERT INTO [other].[word] ([w], [n], [numbered]) SELECT s.a0, CAST(s.a1 AS int), CAST(s.a2 AS int) FROM (SELECT ? COLLATE Latin1_General_100_BIN2 AS a0, ? AS a1, ? AS a2) AS s; SET IDENTITY_INSERT [other].[word] OFF;

-- stage: INSERT
CREATE TABLE #walferry_stage (a0 nvarchar(440) COLLATE Latin1_General_100_BIN2 NULL, a1 bigint NULL, a2 bigint NULL);

-- many: INSERT [Parameter[side=AFTER, column=0], Parameter[side=AFTER, column=1], Parameter[side=AFTER, column=2]]
SET IDENTITY_INSERT [other].[word] ON; INSERT INTO [other].[word] ([w], [n], [numbered]) SELECT s.a0, CAST(s.a1 AS int), CAST(s.a2 AS int) FROM #walferry_stage AS s; SET IDENTITY_INSERT [other].[word] OFF;

-- one: Update[location=NEW_KEY, unchanged={}] [Parameter[side=AFTER, column=0], Parameter[side=AFTER, column=1], Parameter[side=AFTER, column=2]]
UPDATE d SET [w] = d.[w] FROM (SELECT ? COLLATE Latin1_General_100_BIN2 AS a0, ? AS a1, ? AS a2) AS s INNER JOIN [other].[word] AS d ON d.[w] = s.a0 AND CAST(CAST(d.[w] AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(s.a0 AS nvarchar(max)) AS varbinary(max)) AND d.[n] = CAST(s.a1 AS int) AND d.[numbered] = CAST(s.a2 AS int);

-- stage: Update[location=NEW_KEY, unchanged={}]
CREATE TABLE #walferry_stage (a0 nvarchar(440) COLLATE Latin1_General_100_BIN2 NULL, a1 bigint NULL, a2 bigint NULL);

-- many: Update[location=NEW_KEY, unchanged={}] [Parameter[side=AFTER, column=0], Parameter[side=AFTER, column=1], Parameter[side=AFTER, column=2]]
UPDATE d SET [w] = d.[w] FROM #walferry_stage AS s INNER JOIN [other].[word] AS d ON d.[w] = s.a0 AND CAST(CAST(d.[w] AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(s.a0 AS nvarchar(max)) AS varbinary(max)) AND d.[n] = CAST(s.a1 AS int) AND d.[numbered] = CAST(s.a2 AS int);

-- one: Delete[location=OLD_KEY] [Parameter[side=BEFORE, column=0], Parameter[side=BEFORE, column=1]]
DELETE d FROM (SELECT ? COLLATE Latin1_General_100_BIN2 AS b0, ? AS b1) AS s INNER JOIN [other].[word] AS d ON d.[w] = s.b0 AND CAST(CAST(d.[w] AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(s.b0 AS nvarchar(max)) AS varbinary(max)) AND d.[n] = CAST(s.b1 AS int);

-- stage: Delete[location=OLD_KEY]
CREATE TABLE #walferry_stage (b0 nvarchar(440) COLLATE Latin1_General_100_BIN2 NULL, b1 bigint NULL);

-- many: Delete[location=OLD_KEY] [Parameter[side=BEFORE, column=0], Parameter[side=BEFORE, column=1]]
DELETE d FROM #walferry_stage AS s INNER JOIN [other].[word] AS d ON d.[w] = s.b0 AND CAST(CAST(d.[w] AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(s.b0 AS nvarchar(max)) AS varbinary(max)) AND d.[n] = CAST(s.b1 AS int);

-- merge [Parameter[side=AFTER, column=0], Parameter[side=AFTER, column=1], Parameter[side=AFTER, column=2]]
SET IDENTITY_INSERT [other].[word] ON; MERGE [other].[word] WITH (HOLDLOCK) AS d USING #walferry_stage AS s ON d.[w] = s.a0 AND CAST(CAST(d.[w] AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(s.a0 AS nvarchar(max)) AS varbinary(max)) AND d.[n] = CAST(s.a1 AS int) WHEN MATCHED AND d.[numbered] = CAST(s.a2 AS int) THEN UPDATE SET [w] = d.[w] WHEN NOT MATCHED BY TARGET THEN INSERT ([w], [n], [numbered]) VALUES (s.a0, CAST(s.a1 AS int), CAST(s.a2 AS int)); SET IDENTITY_INSERT [other].[word] OFF;

-- one: INSERT [Parameter[side=AFTER, column=0], Parameter[side=AFTER, column=1]]
INSERT INTO [dbo].[bag] ([n], [v]) SELECT CAST(s.a0 AS int), s.a1 FROM (SELECT ? AS a0, ? COLLATE Latin1_General_100_BIN2 AS a1) AS s;

-- stage: INSERT
CREATE TABLE #walferry_stage (a0 bigint NULL, a1 nvarchar(max) COLLATE Latin1_General_100_BIN2 NULL);

-- many: INSERT [Parameter[side=AFTER, column=0], Parameter[side=AFTER, column=1]]
INSERT INTO [dbo].[bag] ([n], [v]) SELECT CAST(s.a0 AS int), s.a1 FROM #walferry_stage AS s;

-- one: Update[location=OLD_ROW, unchanged={1}] [Parameter[side=AFTER, column=0], Parameter[side=BEFORE, column=0], Parameter[side=BEFORE, column=1]]
UPDATE TOP (1) d SET [n] = CAST(s.a0 AS int) FROM (SELECT ? AS a0, ? AS b0, ? COLLATE Latin1_General_100_BIN2 AS b1) AS s INNER JOIN [dbo].[bag] AS d ON EXISTS (SELECT d.[n], CAST(CAST(d.[v] AS nvarchar(max)) AS varbinary(max)) INTERSECT SELECT CAST(s.b0 AS int), CAST(CAST(s.b1 AS nvarchar(max)) AS varbinary(max)));

-- one: Delete[location=OLD_ROW] [Parameter[side=BEFORE, column=0], Parameter[side=BEFORE, column=1]]
DELETE TOP (1) d FROM (SELECT ? AS b0, ? COLLATE Latin1_General_100_BIN2 AS b1) AS s INNER JOIN [dbo].[bag] AS d ON EXISTS (SELECT d.[n], CAST(CAST(d.[v] AS nvarchar(max)) AS varbinary(max)) INTERSECT SELECT CAST(s.b0 AS int), CAST(CAST(s.b1 AS nvarchar(max)) AS varbinary(max)));

-- one: INSERT [Parameter[side=AFTER, column=0], Parameter[side=AFTER, column=1], Parameter[side=AFTER, column=2], Parameter[side=AFTER, column=3], Parameter[side=AFTER, column=4], Parameter[side=AFTER, column=5], Parameter[side=AFTER, column=6], Parameter[side=AFTER, column=7]]
INSERT INTO [dbo].[moment] ([day], [at], [zoned], [hour], [short], [flag], [ratio], [id]) SELECT CAST(s.a0 AS date), CAST(s.a1 AS datetime2(6)), CAST(s.a2 AS datetimeoffset(6)), CAST(s.a3 AS time(6)), CAST(s.a4 AS datetime2(6)), CAST(s.a5 AS bit), CAST(s.a6 AS float), CAST(s.a7 AS uniqueidentifier) FROM (SELECT ? AS a0, ? AS a1, ? AS a2, ? AS a3, ? AS a4, ? AS a5, ? AS a6, ? AS a7) AS s;

-- stage: INSERT
CREATE TABLE #walferry_stage (a0 nvarchar(64) COLLATE Latin1_General_100_BIN2 NULL, a1 nvarchar(64) COLLATE Latin1_General_100_BIN2 NULL, a2 nvarchar(64) COLLATE Latin1_General_100_BIN2 NULL, a3 nvarchar(64) COLLATE Latin1_General_100_BIN2 NULL, a4 nvarchar(64) COLLATE Latin1_General_100_BIN2 NULL, a5 bit NULL, a6 float(53) NULL, a7 nvarchar(64) COLLATE Latin1_General_100_BIN2 NULL);

-- many: INSERT [Parameter[side=AFTER, column=0], Parameter[side=AFTER, column=1], Parameter[side=AFTER, column=2], Parameter[side=AFTER, column=3], Parameter[side=AFTER, column=4], Parameter[side=AFTER, column=5], Parameter[side=AFTER, column=6], Parameter[side=AFTER, column=7]]
INSERT INTO [dbo].[moment] ([day], [at], [zoned], [hour], [short], [flag], [ratio], [id]) SELECT CAST(s.a0 AS date), CAST(s.a1 AS datetime2(6)), CAST(s.a2 AS datetimeoffset(6)), CAST(s.a3 AS time(6)), CAST(s.a4 AS datetime2(6)), CAST(s.a5 AS bit), CAST(s.a6 AS float), CAST(s.a7 AS uniqueidentifier) FROM #walferry_stage AS s;

-- one: Update[location=OLD_KEY, unchanged={3, 4, 5, 6, 7}] [Parameter[side=AFTER, column=0], Parameter[side=AFTER, column=1], Parameter[side=AFTER, column=2], Parameter[side=BEFORE, column=0]]
UPDATE d SET [day] = CAST(s.a0 AS date), [at] = CAST(s.a1 AS datetime2(6)), [zoned] = CAST(s.a2 AS datetimeoffset(6)) FROM (SELECT ? AS a0, ? AS a1, ? AS a2, ? AS b0) AS s INNER JOIN [dbo].[moment] AS d ON d.[day] = CAST(s.b0 AS date);

-- merge [Parameter[side=AFTER, column=0], Parameter[side=AFTER, column=1], Parameter[side=AFTER, column=2], Parameter[side=AFTER, column=3], Parameter[side=AFTER, column=4], Parameter[side=AFTER, column=5], Parameter[side=AFTER, column=6], Parameter[side=AFTER, column=7]]
MERGE [dbo].[moment] WITH (HOLDLOCK) AS d USING #walferry_stage AS s ON d.[day] = CAST(s.a0 AS date) WHEN MATCHED THEN UPDATE SET [at] = CAST(s.a1 AS datetime2(6)), [zoned] = CAST(s.a2 AS datetimeoffset(6)), [hour] = CAST(s.a3 AS time(6)), [short] = CAST(s.a4 AS datetime2(6)), [flag] = CAST(s.a5 AS bit), [ratio] = CAST(s.a6 AS float), [id] = CAST(s.a7 AS uniqueidentifier) WHEN NOT MATCHED BY TARGET THEN INSERT ([day], [at], [zoned], [hour], [short], [flag], [ratio], [id]) VALUES (CAST(s.a0 AS date), CAST(s.a1 AS datetime2(6)), CAST(s.a2 AS datetimeoffset(6)), CAST(s.a3 AS time(6)), CAST(s.a4 AS datetime2(6)), CAST(s.a5 AS bit), CAST(s.a6 AS float), CAST(s.a7 AS uniqueidentifier));

-- index for keys
CREATE INDEX walferry_key ON [other].[word] ([w], [n]);

-- index for rows
CREATE INDEX walferry_row ON [dbo].[bag] ([n]);

-- add a column
ALTER TABLE [dbo].[item] ADD [it's ]]] nvarchar(max) COLLATE Latin1_General_100_BIN2 NULL;

-- add a column with what rows of before have
ALTER TABLE [dbo].[item] ADD [price] decimal(10,2) NULL;

-- add a column with what rows of before have
SELECT o.type_desc, CAST(COALESCE(t.is_memory_optimized, 0) AS int),
  (SELECT COUNT(*) FROM sys.triggers g WHERE g.parent_id = o.object_id AND g.is_disabled = 0
    AND g.is_instead_of_trigger = 0),
  (SELECT COUNT(*) FROM sys.triggers g WHERE g.parent_id = o.object_id AND g.is_disabled = 0
    AND g.is_instead_of_trigger = 1),
  COALESCE(HAS_PERMS_BY_NAME(?, N'OBJECT', N'ALTER'), 0)
FROM sys.objects o LEFT JOIN sys.tables t ON t.object_id = o.object_id
WHERE o.object_id = OBJECT_ID(?)
;

-- add a column with what rows of before have
SELECT f.name FROM sys.foreign_keys f
WHERE f.parent_object_id = OBJECT_ID(?) AND f.is_disabled = 0 ORDER BY f.name
;

-- add a column with what rows of before have
SELECT c.name, LOWER(COALESCE(TYPE_NAME(c.system_type_id), N'')), c.max_length,
  c.[precision], c.scale, COALESCE(c.collation_name, N''), CAST(c.is_nullable AS int),
  CASE WHEN c.default_object_id <> 0 THEN 1 ELSE 0 END,
  CASE WHEN c.is_computed = 1 OR c.generated_always_type <> 0 OR c.system_type_id = 189
    THEN 1 ELSE 0 END,
  CAST(c.is_identity AS int)
FROM sys.columns c WHERE c.object_id = OBJECT_ID(?) ORDER BY c.column_id
;

-- add a column with what rows of before have
SELECT i.name, CAST(i.is_primary_key AS int), CAST(i.is_unique AS int),
  CAST(i.has_filter AS int), c.name
FROM sys.indexes i
JOIN sys.index_columns k ON k.object_id = i.object_id AND k.index_id = i.index_id
JOIN sys.columns c ON c.object_id = k.object_id AND c.column_id = k.column_id
WHERE i.object_id = OBJECT_ID(?) AND i.type IN (1, 2) AND i.is_disabled = 0
  AND i.is_hypothetical = 0 AND k.key_ordinal > 0
ORDER BY i.index_id, k.key_ordinal
;

-- add a column with what rows of before have
UPDATE [dbo].[item] SET [price] = CAST(? AS decimal(10,2));

-- fill a column that is there
UPDATE [dbo].[item] SET [we]]rd] = ?;

-- drop a column
WITH c AS (SELECT object_id, column_id, name FROM sys.columns
  WHERE object_id = OBJECT_ID(?) AND name = ?)
SELECT 1, N'CONSTRAINT', f.name FROM c
  JOIN sys.foreign_key_columns k ON k.parent_object_id = c.object_id
    AND k.parent_column_id = c.column_id
  JOIN sys.foreign_keys f ON f.object_id = k.constraint_object_id
UNION SELECT 2, N'CONSTRAINT', k.name FROM c
  JOIN sys.check_constraints k ON k.parent_object_id = c.object_id
    AND (k.parent_column_id = c.column_id OR (k.parent_column_id = 0
      AND CHARINDEX(QUOTENAME(c.name), k.definition) > 0))
UNION SELECT 3, N'CONSTRAINT', d.name FROM c
  JOIN sys.default_constraints d ON d.parent_object_id = c.object_id
    AND d.parent_column_id = c.column_id
UNION SELECT 4, CASE WHEN i.is_primary_key = 1 OR i.is_unique_constraint = 1
    THEN N'CONSTRAINT' ELSE N'INDEX' END, i.name FROM c
  JOIN sys.indexes i ON i.object_id = c.object_id AND i.type > 0 AND i.type <> 5
    AND (CHARINDEX(QUOTENAME(c.name), i.filter_definition) > 0
      OR EXISTS (SELECT 1 FROM sys.index_columns k WHERE k.object_id = i.object_id
        AND k.index_id = i.index_id AND k.column_id = c.column_id))
UNION SELECT 5, N'STATISTICS', s.name FROM c
  JOIN sys.stats_columns k ON k.object_id = c.object_id AND k.column_id = c.column_id
  JOIN sys.stats s ON s.object_id = k.object_id AND s.stats_id = k.stats_id
    AND s.user_created = 1
ORDER BY 1, 3
;

-- drop a column
ALTER TABLE [dbo].[item] DROP CONSTRAINT [ck];

-- drop a column
DROP INDEX [in]]dex] ON [dbo].[item];

-- drop a column
DROP STATISTICS [dbo].[item].[seen];

-- drop a column
ALTER TABLE [dbo].[item] DROP COLUMN [we]]rd];

-- let a column be NULL
ALTER TABLE [dbo].[item] ALTER COLUMN [name] nvarchar(20) COLLATE Latin1_General_100_BIN2 NULL;

-- rename a column
EXEC sp_rename N'[dbo].[item].[we]]rd]', N'it''s ?', N'COLUMN';

-- retype a column of the key
SELECT i.name, CASE WHEN i.type = 1 THEN 1 ELSE 0 END, c.name,
  CAST(k.is_descending_key AS int)
FROM sys.indexes i
JOIN sys.index_columns k ON k.object_id = i.object_id AND k.index_id = i.index_id
JOIN sys.columns c ON c.object_id = k.object_id AND c.column_id = k.column_id
WHERE i.object_id = OBJECT_ID(?) AND i.is_primary_key = 1 AND k.key_ordinal > 0
ORDER BY k.key_ordinal
;

-- retype a column of the key
ALTER TABLE [dbo].[item] DROP CONSTRAINT [PK__item];

-- retype a column of the key
ALTER TABLE [dbo].[item] ALTER COLUMN [id] bigint NOT NULL;

-- retype a column of the key
ALTER TABLE [dbo].[item] ADD CONSTRAINT [PK__item] PRIMARY KEY CLUSTERED ([id] DESC, [n]);

-- retype a column
ALTER TABLE [dbo].[item] ALTER COLUMN [price] decimal(12,2) NULL;

-- retype a text
ALTER TABLE [dbo].[item] ALTER COLUMN [name] nvarchar(max) COLLATE Latin1_General_100_BIN2 NOT NULL;

-- retype a column of a table without rows
SELECT TOP (1) 1 FROM [dbo].[item];

-- retype a column of a table without rows
ALTER TABLE [dbo].[item] DROP COLUMN [at];

-- retype a column of a table without rows
ALTER TABLE [dbo].[item] ADD [at] date NULL;

-- rename a table
EXEC sp_rename N'[dbo].[item]', N'it]em''s';

-- rename a table that has another schema, too
SELECT o.type_desc, CAST(COALESCE(t.is_memory_optimized, 0) AS int),
  (SELECT COUNT(*) FROM sys.triggers g WHERE g.parent_id = o.object_id AND g.is_disabled = 0
    AND g.is_instead_of_trigger = 0),
  (SELECT COUNT(*) FROM sys.triggers g WHERE g.parent_id = o.object_id AND g.is_disabled = 0
    AND g.is_instead_of_trigger = 1),
  COALESCE(HAS_PERMS_BY_NAME(?, N'OBJECT', N'ALTER'), 0)
FROM sys.objects o LEFT JOIN sys.tables t ON t.object_id = o.object_id
WHERE o.object_id = OBJECT_ID(?)
;

-- rename a table that has another schema, too
SELECT f.name FROM sys.foreign_keys f
WHERE f.parent_object_id = OBJECT_ID(?) AND f.is_disabled = 0 ORDER BY f.name
;

-- rename a table that has another schema, too
SELECT c.name, LOWER(COALESCE(TYPE_NAME(c.system_type_id), N'')), c.max_length,
  c.[precision], c.scale, COALESCE(c.collation_name, N''), CAST(c.is_nullable AS int),
  CASE WHEN c.default_object_id <> 0 THEN 1 ELSE 0 END,
  CASE WHEN c.is_computed = 1 OR c.generated_always_type <> 0 OR c.system_type_id = 189
    THEN 1 ELSE 0 END,
  CAST(c.is_identity AS int)
FROM sys.columns c WHERE c.object_id = OBJECT_ID(?) ORDER BY c.column_id
;

-- rename a table that has another schema, too
SELECT i.name, CAST(i.is_primary_key AS int), CAST(i.is_unique AS int),
  CAST(i.has_filter AS int), c.name
FROM sys.indexes i
JOIN sys.index_columns k ON k.object_id = i.object_id AND k.index_id = i.index_id
JOIN sys.columns c ON c.object_id = k.object_id AND c.column_id = k.column_id
WHERE i.object_id = OBJECT_ID(?) AND i.type IN (1, 2) AND i.is_disabled = 0
  AND i.is_hypothetical = 0 AND k.key_ordinal > 0
ORDER BY i.index_id, k.key_ordinal
;

-- rename a table that has another schema, too
IF SCHEMA_ID(N'sales') IS NULL EXEC(N'CREATE SCHEMA [sales]');

-- rename a table that has another schema, too
ALTER SCHEMA [sales] TRANSFER [dbo].[item];

-- rename a table that has another schema, too
EXEC sp_rename N'[sales].[item]', N'goods';

-- drop a table
DROP TABLE [dbo].[item];

-- position NONE
SELECT epoch FROM walferry.position WHERE pipeline = ?;

-- position SHARED
SELECT epoch FROM walferry.position WITH (HOLDLOCK, ROWLOCK) WHERE pipeline = ?;

-- position EXCLUSIVE
SELECT epoch FROM walferry.position WITH (XLOCK, HOLDLOCK, ROWLOCK) WHERE pipeline = ?;

-- feed
SELECT name FROM sys.columns WHERE object_id = OBJECT_ID(N'walferry.position');

-- feed
IF SCHEMA_ID(N'walferry') IS NULL BEGIN BEGIN TRY EXEC(N'CREATE SCHEMA walferry'); END TRY BEGIN CATCH IF SCHEMA_ID(N'walferry') IS NULL BEGIN; THROW; END; END CATCH; END;

-- feed
IF OBJECT_ID(N'walferry.position') IS NULL BEGIN BEGIN TRY CREATE TABLE walferry.position (pipeline nvarchar(255) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY, format_version int NOT NULL, epoch bigint NOT NULL, system_id nvarchar(20) COLLATE Latin1_General_100_BIN2 NOT NULL, timeline int NOT NULL, slot nvarchar(63) COLLATE Latin1_General_100_BIN2 NOT NULL, state nvarchar(16) COLLATE Latin1_General_100_BIN2 NOT NULL, end_lsn nvarchar(17) COLLATE Latin1_General_100_BIN2 NOT NULL, xid bigint NOT NULL, updated_at datetime2(6) NOT NULL); END TRY BEGIN CATCH IF OBJECT_ID(N'walferry.position') IS NULL BEGIN; THROW; END; END CATCH; END;

-- feed
IF OBJECT_ID(N'walferry.ledger') IS NULL BEGIN BEGIN TRY CREATE TABLE walferry.ledger (pipeline nvarchar(255) COLLATE Latin1_General_100_BIN2 NOT NULL, table_schema nvarchar(63) COLLATE Latin1_General_100_BIN2 NOT NULL, table_name nvarchar(63) COLLATE Latin1_General_100_BIN2 NOT NULL, kind nvarchar(16) COLLATE Latin1_General_100_BIN2 NOT NULL, part nvarchar(160) COLLATE Latin1_General_100_BIN2 NOT NULL, content nvarchar(max) COLLATE Latin1_General_100_BIN2 NOT NULL, PRIMARY KEY NONCLUSTERED (pipeline, table_schema, table_name, kind, part), INDEX ledger_pipeline CLUSTERED (pipeline)); END TRY BEGIN CATCH IF OBJECT_ID(N'walferry.ledger') IS NULL BEGIN; THROW; END; END CATCH; END;

-- feed
SELECT epoch, system_id, timeline, slot, state, end_lsn, xid FROM walferry.position WITH (XLOCK, HOLDLOCK, ROWLOCK) WHERE pipeline = ?;

-- feed
UPDATE walferry.ledger SET content = ? WHERE pipeline = ? AND table_schema = ? AND table_name = ? AND kind = ? AND part = ?;

-- feed
INSERT INTO walferry.ledger (content, pipeline, table_schema, table_name, kind, part) VALUES (?, ?, ?, ?, ?, ?);

-- feed
DELETE FROM walferry.ledger WHERE pipeline = ? AND table_schema = ? AND table_name = ? AND kind = ?;

-- feed
SELECT DISTINCT kind FROM walferry.ledger WHERE pipeline = ?;

-- feed
UPDATE walferry.position SET format_version = ?, epoch = ?, system_id = ?, timeline = ?, slot = ?, state = ?, end_lsn = ?, xid = ?, updated_at = SYSUTCDATETIME() WHERE pipeline = ?;

-- feed
INSERT INTO walferry.position (format_version, epoch, system_id, timeline, slot, state, end_lsn, xid, updated_at, pipeline) VALUES (?, ?, ?, ?, ?, ?, ?, ?, SYSUTCDATETIME(), ?);

-- letters
SAVE TRANSACTION walferry_1;

-- letters
ROLLBACK TRANSACTION walferry_1;

-- letters
SELECT 1 WHERE OBJECT_ID(N'walferry.dead_letter') IS NOT NULL;

-- letters
IF SCHEMA_ID(N'walferry') IS NULL BEGIN BEGIN TRY EXEC(N'CREATE SCHEMA walferry'); END TRY BEGIN CATCH IF SCHEMA_ID(N'walferry') IS NULL BEGIN; THROW; END; END CATCH; END;

-- letters
IF OBJECT_ID(N'walferry.dead_letter') IS NULL BEGIN BEGIN TRY CREATE TABLE walferry.dead_letter (id bigint IDENTITY NOT NULL, pipeline nvarchar(255) COLLATE Latin1_General_100_BIN2 NOT NULL, table_schema nvarchar(63) COLLATE Latin1_General_100_BIN2 NOT NULL, table_name nvarchar(63) COLLATE Latin1_General_100_BIN2 NOT NULL, row_key nvarchar(max) COLLATE Latin1_General_100_BIN2 NULL, operation nvarchar(16) COLLATE Latin1_General_100_BIN2 NOT NULL, commit_lsn nvarchar(17) COLLATE Latin1_General_100_BIN2 NOT NULL, xid bigint NOT NULL, change_index bigint NOT NULL, commit_time nvarchar(40) COLLATE Latin1_General_100_BIN2 NULL, before_row nvarchar(max) COLLATE Latin1_General_100_BIN2 NULL, after_row nvarchar(max) COLLATE Latin1_General_100_BIN2 NULL, error nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL, reason nvarchar(max) COLLATE Latin1_General_100_BIN2 NOT NULL, buried_at datetime2(6) NOT NULL, PRIMARY KEY (pipeline, id), INDEX dead_letter_table (pipeline, table_schema, table_name)); END TRY BEGIN CATCH IF OBJECT_ID(N'walferry.dead_letter') IS NULL BEGIN; THROW; END; END CATCH; END;

-- letters
INSERT INTO walferry.dead_letter (pipeline, table_schema, table_name, row_key, operation, commit_lsn, xid, change_index, commit_time, before_row, after_row, error, reason, buried_at) VALUES (?, ?, ?, NULLIF(?, ''), ?, ?, ?, ?, NULLIF(?, ''), NULLIF(?, ''), NULLIF(?, ''), ?, ?, SYSUTCDATETIME());

-- letters
SELECT count(*) FROM walferry.dead_letter WHERE pipeline = ?;

-- look for letters
SELECT 1 WHERE OBJECT_ID(N'walferry.dead_letter') IS NOT NULL;

-- look for letters
SELECT id, table_schema, table_name, row_key, operation, commit_lsn, xid, change_index, commit_time, before_row, after_row, error, reason, CONVERT(nvarchar(33), buried_at, 126) + N'Z' AS buried FROM walferry.dead_letter WHERE pipeline = ? AND id > ? ORDER BY id OFFSET 0 ROWS FETCH NEXT 200 ROWS ONLY;
