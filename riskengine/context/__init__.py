"""From the raw context of a call to facts about it: where from, with what, how."""
