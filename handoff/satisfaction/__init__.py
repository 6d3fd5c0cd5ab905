"""What customers think: asked at the end of a conversation and now and then, answered by a tap and nothing else."""
