-- How many segments hold a word (doc) and how often (cnt): a view of segments_fts, stored nowhere.
CREATE VIRTUAL TABLE segments_vocabulary USING fts5vocab (segments_fts, row);
