"""What is wrong with a chart that a page, a link or a program asks for."""
