-- create public.item
CREATE TABLE [dbo].[item] ([id] int NOT NULL, [we]]rd] nvarchar(max) COLLATE Latin1_General_100_BIN2 NULL, [price] decimal(10,2) NULL, [at] datetimeoffset(6) NULL, [data] varbinary(max) NULL, PRIMARY KEY ([id]));

-- create other.word
CREATE TABLE [other].[word] ([w] nvarchar(440) COLLATE Latin1_General_100_BIN2 NOT NULL, [n] int NOT NULL, [numbered] int NULL, PRIMARY KEY ([w], [n]));

-- create public.bag
CREATE TABLE [dbo].[bag] ([n] int NULL, [v] nvarchar(max) COLLATE Latin1_General_100_BIN2 NULL);

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
UPDATE d SET [we]]rd] = s.a1, [price] = CAST(s.a2 AS decimal(10,2)), [at] = CAST(s.a3 AS datetimeoffset(6)), [data] = s.a4 FROM #walferry_stage AS s INNER JOIN [dbo].[item] AS d ON d.[id] = CAST(s.a0 AS int);

-- merge [Parameter[side=AFTER, column=0], Parameter[side=AFTER, column=1], Parameter[side=AFTER, column=2], Parameter[side=AFTER, column=3], Parameter[side=AFTER, column=4]]
INSERT INTO [dbo].[item] ([id], [we]]rd], [price], [at], [data]) SELECT CAST(s.a0 AS int), s.a1, CAST(s.a2 AS decimal(10,2)), CAST(s.a3 AS datetimeoffset(6)), s.a4 FROM #walferry_stage AS s WHERE NOT EXISTS (SELECT 1 FROM [dbo].[item] AS d WHERE d.[id] = CAST(s.a0 AS int));

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
UPDATE d SET [w] = d.[w] FROM #walferry_stage AS s INNER JOIN [other].[word] AS d ON d.[w] = s.a0 AND CAST(CAST(d.[w] AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(s.a0 AS nvarchar(max)) AS varbinary(max)) AND d.[n] = CAST(s.a1 AS int) AND d.[numbered] = CAST(s.a2 AS int);

-- merge [Parameter[side=AFTER, column=0], Parameter[side=AFTER, column=1], Parameter[side=AFTER, column=2]]
SET IDENTITY_INSERT [other].[word] ON; INSERT INTO [other].[word] ([w], [n], [numbered]) SELECT s.a0, CAST(s.a1 AS int), CAST(s.a2 AS int) FROM #walferry_stage AS s WHERE NOT EXISTS (SELECT 1 FROM [other].[word] AS d WHERE d.[w] = s.a0 AND CAST(CAST(d.[w] AS nvarchar(max)) AS varbinary(max)) = CAST(CAST(s.a0 AS nvarchar(max)) AS varbinary(max)) AND d.[n] = CAST(s.a1 AS int)); SET IDENTITY_INSERT [other].[word] OFF;

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

-- position NONE
SELECT epoch FROM walferry.position WHERE pipeline = ?;

-- position SHARED
SELECT epoch FROM walferry.position WITH (HOLDLOCK, ROWLOCK) WHERE pipeline = ?;

-- position EXCLUSIVE
SELECT epoch FROM walferry.position WITH (XLOCK, HOLDLOCK, ROWLOCK) WHERE pipeline = ?;
