"""missing-coord: coordinates return home interviews for looked-after children who go missing."""
