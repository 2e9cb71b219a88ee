"""Operations of a run list's query on whole columns: filtering, sorting, grouping children with parents."""
