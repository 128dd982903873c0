import os

# the folder of the C sources of the runtime
cdir = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), 'c')
